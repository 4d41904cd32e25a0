// Copies of a product's operands in the order its kernels read: panels of B as [k][columns], tiles of A as [k][rows]. Only operands
// whose own order will not do are copied. Left out: which those are (`product-plan.h`), the arithmetic (`product-kernel.h`).
#pragma once
#include "product-kernel.h"

namespace latently {

// A panel to be copied: to[l, j] = B[l, j] = from[l rowStep + j columnStep] for l < k and j < width, and 0 for the columns beyond.
struct Packing {
  int64_t k;
  int width;
  const float* from;
  int64_t rowStep;
  int64_t columnStep;
  float* to;
};

template <int columns>
inline void PackElements(const Packing& panel, int64_t first) {
  for (int64_t l = first; l < panel.k; l++) {
    const float* from = panel.from + l * panel.rowStep;
    float* to = panel.to + l * columns;
    int j = 0;
    for (; j < panel.width; j++) to[j] = from[j * panel.columnStep];
    for (; j < columns; j++) to[j] = 0;
  }
}

// A panel of a transposed B, by squares.
template <int columns>
inline int64_t PackSquares(const Packing& panel) {
  constexpr int lanes = columns < productLanes ? columns : productLanes;
  int64_t l = 0;
  for (; l + lanes <= panel.k; l += lanes)
    for (int j = 0; j < columns; j += lanes)
      TransposeSquare<lanes>(panel.from + l + j * panel.columnStep, panel.columnStep, panel.to + l * columns + j, columns);
  return l;
}

template <int columns>
inline void PackRows(const Packing& panel) {
  for (int64_t l = 0; l < panel.k; l++)
    Store(panel.to + l * columns, Load<std::array<float, columns>>(panel.from + l * panel.rowStep));
}

template <int columns>
inline void PackPartRows(const Packing& panel) {
  for (int64_t l = 0; l < panel.k; l++) {
    Store(panel.to + l * columns, std::array<float, columns>{});
    CopyPart<columns>(panel.to + l * columns, panel.from + l * panel.rowStep, panel.width);
  }
}

template <int kind>
void PackPanel(const Packing& panel) {
  constexpr int columns = KindColumns(kind);
  if (panel.width < columns && panel.columnStep == 1) return PackPartRows<columns>(panel);
  if (panel.width < columns) return PackElements<columns>(panel, 0);
  if (panel.columnStep == 1) return PackRows<columns>(panel);
  PackElements<columns>(panel, panel.rowStep == 1 ? PackSquares<columns>(panel) : 0);
}

using PanelPacking = void (*)(const Packing&);

template <int... kinds>
constexpr std::array<PanelPacking, sizeof...(kinds)> PackingsOfKinds(std::integer_sequence<int, kinds...>) {
  return {PackPanel<kinds>...};
}

// Copies of panels by kind.
inline constexpr auto panelPackings = PackingsOfKinds(std::make_integer_sequence<int, productKinds>{});

// A tile of A, as [k][productRows]: to[l, i] = A[i, l], for the rows there are.
inline void PackTile(const Packing& tile) { PackElements<productRows>(tile, 0); }

}  // namespace latently
