// Copies of a product's operands in the order its kernels read: panels of B as [k][columns], tiles of A as [k][rows]. Only operands
// whose own order will not do are copied. Left out: which those are (`product.h`), the arithmetic (`product-kernel.h`).
#pragma once
#include <utility>

#include "product-kernel.h"

namespace latently {

// Element i of `a` and then of `b`, in turns: from the first halves of both (`half` = 0) or from the second (`half` = 1).
template <int half, class Vector, int... index>
inline Vector Interleave(const Vector& a, const Vector& b, std::integer_sequence<int, index...>) {
  constexpr int lanes = sizeof...(index);
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(a, b, (half * lanes / 2 + index / 2 + (index % 2) * lanes)...);
#else
  typedef int32_t Mask __attribute__((vector_size(lanes * sizeof(int32_t))));
  return __builtin_shuffle(a, b, Mask{(half * lanes / 2 + index / 2 + (index % 2) * lanes)...});
#endif
}

// to[i, j] = from[j, i] for a square of `lanes`: interleaving the first half of the rows with the second, log2(lanes) times.
template <int lanes>
inline void TransposeSquare(const float* from, int64_t fromStep, float* to, int64_t toStep) {
  constexpr std::make_integer_sequence<int, lanes> order{};
  Lanes<lanes> rows[lanes], next[lanes];
#pragma GCC unroll 16
  for (int i = 0; i < lanes; i++) rows[i] = Load<Lanes<lanes>>(from + i * fromStep);
#pragma GCC unroll 4
  for (int round = 1; round < lanes; round *= 2) {
#pragma GCC unroll 8
    for (int i = 0; i < lanes / 2; i++) {
      next[2 * i] = Interleave<0>(rows[i], rows[i + lanes / 2], order);
      next[2 * i + 1] = Interleave<1>(rows[i], rows[i + lanes / 2], order);
    }
#pragma GCC unroll 16
    for (int i = 0; i < lanes; i++) rows[i] = next[i];
  }
#pragma GCC unroll 16
  for (int i = 0; i < lanes; i++) Store(to + i * toStep, rows[i]);
}

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
