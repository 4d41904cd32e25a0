// How a matrix product is cut up, once, from its shapes and strides alone: which operand plays which part, what is read in place
// and what is copied first, panels of columns, and chunks of panels and rows for threads. Next: `product.h`, which runs it.
#pragma once
#include <memory>
#include <new>

#include "machine.h"
#include "product-vectors.h"

namespace latently {

// Below so many multiplications (about 10 us) one thread does all; a chunk holds from so few to so many.
constexpr int64_t productAlone = 600000, productLeast = 300000, productMost = 750000;

// How deep k runs before a tile's sums are put away.
constexpr int64_t productDepth = 1024;

struct ProductOperand {
  Place place;
  int64_t batchStride, rowStride, columnStride;
};

// Columns of C that are computed together; `packed` is where in the scratch its copy of B lies, or -1 for B itself.
struct ProductPanel {
  int64_t column;
  int width, kind;
  int64_t packed;
};

struct ProductChunk {
  int64_t batch;
  size_t firstPanel, lastPanel;
  int64_t firstRow, lastRow;
};

// A copy to be made first: of a panel of B, or of the tile of A that begins at `row`.
struct ProductCopy {
  int64_t batch;
  const ProductPanel* panel;
  int64_t row;
};

struct ProductPlan {
  int64_t batch, m, n, k;
  ProductOperand a, b, c;
  bool packsA = false, packsB = false, dots = false;
  int64_t packedA = 0, packedB = 0;
  std::vector<ProductPanel> panels;
  std::vector<ProductCopy> copies;
  int copyChunks = 1;
  std::vector<ProductChunk> chunks;
  int claims = 1;
  std::shared_ptr<float> scratch;
};

// The kind of the panel that should begin where `rest` columns are left: the fewest vectors that hold them, and the narrowest.
inline int KindFor(int64_t rest) {
  int kind = 0;
  if (rest > KindColumns(0) * 3 / 4) return kind;
  while (kind + 1 < productKinds && rest <= KindColumns(kind + 1)) kind++;
  return kind == 0 ? 1 : kind;
}

inline void CutPanels(ProductPlan& plan) {
  for (int64_t column = 0; column < plan.n;) {
    const int kind = KindFor(plan.n - column);
    const int width = static_cast<int>(std::min<int64_t>(KindColumns(kind), plan.n - column));
    const bool packs = plan.packsB || (width < KindColumns(kind) && !plan.dots);
    plan.panels.push_back({column, width, kind, packs ? plan.packedB : -1});
    if (packs) plan.packedB += plan.k * KindColumns(kind);
    column += width;
  }
}

// Matrices that share B and follow each other are one taller matrix.
inline void MergeBatch(ProductPlan& plan) {
  if (plan.m == 1) plan.a.rowStride = plan.a.batchStride, plan.c.rowStride = plan.c.batchStride;
  const bool follows = plan.a.batchStride == plan.m * plan.a.rowStride && plan.c.batchStride == plan.m * plan.c.rowStride;
  if (plan.b.batchStride != 0 || !follows) return;
  plan.m *= plan.batch;
  plan.batch = 1;
}

// Whether C transposed, B transposed times A transposed, is the easier product: for a vector, when its matrix is then read along
// its rows; for a B that lies transposed, when copying it would take longer than copying A and storing C across its rows.
inline bool PrefersTransposed(const ProductPlan& plan) {
  const bool aLiesTransposed = plan.a.columnStride != 1 && plan.a.rowStride == 1;
  const bool bLiesTransposed = plan.b.columnStride != 1 && plan.b.rowStride == 1;
  if (plan.n == 1) return plan.m > 1 && aLiesTransposed && plan.c.rowStride == 1;
  if (plan.m == 1) return bLiesTransposed;
  const int64_t copied = aLiesTransposed ? 0 : plan.m * plan.k;
  return bLiesTransposed && plan.m >= 16 && plan.n * plan.k > copied + 2 * plan.m * plan.n;
}

inline void Transpose(ProductPlan& plan) {
  std::swap(plan.m, plan.n);
  std::swap(plan.a, plan.b);
  for (auto* operand : {&plan.a, &plan.b, &plan.c}) std::swap(operand->rowStride, operand->columnStride);
}

// What is read in place: A along rows or along columns, B along rows, unless so many tiles read it that closer rows pay.
// A stride along a dimension of one element is never used, so it may as well suit.
inline void ChooseOrders(ProductPlan& plan) {
  if (plan.k == 1) plan.a.columnStride = plan.b.rowStride = 1;
  if (plan.m == 1 && plan.a.columnStride != 1) plan.a.rowStride = 1;
  if (plan.n == 1) plan.b.columnStride = plan.c.columnStride = 1;
  plan.packsA = plan.a.columnStride != 1 && plan.a.rowStride != 1;
  plan.dots = plan.n == 1 && plan.a.columnStride == 1 && plan.b.rowStride == 1;
  plan.packsB = plan.b.columnStride != 1 || (plan.m >= 512 && plan.k >= 256 && !plan.dots);
}

inline int64_t TilesOf(const ProductPlan& plan) { return (plan.m + productRows - 1) / productRows; }

// How many different matrices a batch's operand holds.
inline int64_t MatricesOf(const ProductPlan& plan, const ProductOperand& operand) { return operand.batchStride ? plan.batch : 1; }

inline void ListCopies(ProductPlan& plan) {
  for (int64_t batch = 0; batch < MatricesOf(plan, plan.b); batch++)
    for (const auto& panel : plan.panels)
      if (panel.packed >= 0) plan.copies.push_back({batch, &panel, 0});
  for (int64_t batch = 0; plan.packsA && batch < MatricesOf(plan, plan.a); batch++)
    for (int64_t row = 0; row < plan.m; row += productRows) plan.copies.push_back({batch, nullptr, row});
  if (plan.packsA) plan.packedA = TilesOf(plan) * productRows * plan.k;
  const int64_t words = MatricesOf(plan, plan.b) * plan.packedB + MatricesOf(plan, plan.a) * plan.packedA;
  plan.copyChunks = std::min<int>(ChunksOf(words, 16384), static_cast<int>(std::max<size_t>(plan.copies.size(), 1)));
  const auto free = [](float* memory) { ::operator delete(memory, std::align_val_t(64)); };
  plan.scratch = {static_cast<float*>(::operator new(words * sizeof(float), std::align_val_t(64))), free};
}

// Multiplications, and what the loads and stores around them cost at least.
inline int64_t CostOf(const ProductPlan& plan, int64_t columns) {
  return std::max<int64_t>(plan.m, 4) * std::max<int64_t>(columns, 4) * (plan.k + 8);
}

// Cuts the rows of some panels into chunks of about the grain.
inline void CutRows(ProductPlan& plan, ProductChunk chunk, int64_t cost, int64_t grain) {
  const int64_t tiles = TilesOf(plan), parts = std::min(std::max<int64_t>(cost / grain, 1), tiles);
  for (int64_t part = 0; part < parts; part++) {
    chunk.firstRow = tiles * part / parts * productRows;
    chunk.lastRow = std::min(tiles * (part + 1) / parts * productRows, plan.m);
    plan.chunks.push_back(chunk);
  }
}

// Chunks get smaller towards the end, where threads wait for the last of them.
inline void CutChunks(ProductPlan& plan) {
  const size_t panels = plan.panels.size();
  const int64_t total = CostOf(plan, plan.n) * plan.batch, few = std::min<int64_t>(TilesOf(plan), 4);
  const int64_t grain = total < productAlone ? total : std::clamp(total / 12, productLeast, productMost);
  for (int64_t batch = 0; batch < plan.batch; batch++)
    for (size_t first = 0, last = 0; first < panels; first = last) {
      int64_t columns = 0;
      do columns += plan.panels[last++].width;
      while (last < panels && CostOf(plan, columns) < few * grain);
      const bool early = 3 * (batch * panels + last) < 2 * plan.batch * panels;
      CutRows(plan, {batch, first, last, 0, 0}, CostOf(plan, columns), early ? 4 * grain : grain);
    }
  plan.claims = total < productAlone ? 1 : static_cast<int>(std::min<size_t>(plan.chunks.size(), ChunksOf(total, grain, 1024)));
}

}  // namespace latently
