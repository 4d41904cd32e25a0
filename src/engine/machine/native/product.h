// The float32 matrix product: C[b, i, j] = sum over l of A[b, i, l] B[b, l, j], for any strides of A and B. C is cut into panels of columns
// and tiles of rows; operands are read in place where the kernels can, otherwise copied first. What is cut, and the order of every
// sum, follows from the shapes alone. Next: `product-kernel.h` (arithmetic), `product-packing.h` (copies).
#pragma once
#include <memory>
#include <new>

#include "machine.h"
#include "product-kernel.h"
#include "product-packing.h"

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

// The kind of the panel that should begin where `rest` columns are left: the fewest vectors that hold them, the narrower the better.
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

// C transposed is B transposed times A transposed: done so for a row or a column whose matrix is then read along its rows.
inline void TransposeVectors(ProductPlan& plan) {
  const bool row = plan.m == 1 && plan.n > 1 && plan.b.columnStride != 1;
  const bool column = plan.n == 1 && plan.m > 1 && plan.a.columnStride != 1 && plan.a.rowStride == 1 && plan.c.rowStride == 1;
  if (!row && !column) return;
  std::swap(plan.m, plan.n);
  std::swap(plan.a, plan.b);
  std::swap(plan.a.rowStride, plan.a.columnStride);
  std::swap(plan.b.rowStride, plan.b.columnStride);
  plan.c.rowStride = 1;
}

// What is read in place: A along rows or along columns, B along rows, unless so many tiles read it that closer rows pay.
// A stride along a dimension of one element is never used, so it may as well suit.
inline void ChooseOrders(ProductPlan& plan) {
  if (plan.k == 1) plan.a.columnStride = plan.b.rowStride = 1;
  if (plan.m == 1 && plan.a.columnStride != 1) plan.a.rowStride = 1;
  if (plan.n == 1) plan.b.columnStride = 1;
  plan.packsA = plan.a.columnStride != 1 && plan.a.rowStride != 1;
  plan.dots = plan.n == 1 && plan.a.columnStride == 1 && plan.b.rowStride == 1;
  plan.packsB = plan.b.columnStride != 1 || (plan.m >= 512 && plan.k >= 256 && !plan.dots);
}

// Matrices that share B and follow each other are one taller matrix.
inline void MergeBatch(ProductPlan& plan) {
  const bool follows = plan.a.batchStride == plan.m * plan.a.rowStride && plan.c.batchStride == plan.m * plan.c.rowStride;
  if (plan.b.batchStride != 0 || !follows) return;
  plan.m *= plan.batch;
  plan.batch = 1;
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

struct ProductPointers {
  const float *a, *b;
  float* c;
};

inline void RunCopy(const ProductPlan& plan, const ProductPointers& at, const ProductCopy& copy) {
  const auto& [batch, panel, row] = copy;
  float* scratch = plan.scratch.get();
  if (panel) {
    const float* from = at.b + batch * plan.b.batchStride + panel->column * plan.b.columnStride;
    float* to = scratch + batch * plan.packedB + panel->packed;
    return panelPackings[panel->kind]({plan.k, panel->width, from, plan.b.rowStride, plan.b.columnStride, to});
  }
  const int rows = static_cast<int>(std::min<int64_t>(productRows, plan.m - row));
  const float* from = at.a + batch * plan.a.batchStride + row * plan.a.rowStride;
  float* to = scratch + MatricesOf(plan, plan.b) * plan.packedB + batch * plan.packedA + row * plan.k;
  PackTile({plan.k, rows, from, plan.a.columnStride, plan.a.rowStride, to});
}

struct MatrixView {
  const float* data;
  int64_t rowStride, columnStride;
};

inline MatrixView ViewOfA(const ProductPlan& plan, const ProductPointers& at, int64_t batch) {
  if (!plan.packsA) return {at.a + batch * plan.a.batchStride, plan.a.rowStride, plan.a.columnStride};
  const int64_t packed = MatricesOf(plan, plan.b) * plan.packedB + (plan.a.batchStride ? batch : 0) * plan.packedA;
  return {plan.scratch.get() + packed, 1, productRows};
}

inline MatrixView ViewOfPanel(const ProductPlan& plan, const ProductPointers& at, int64_t batch, const ProductPanel& panel) {
  if (panel.packed < 0) return {at.b + batch * plan.b.batchStride + panel.column, plan.b.rowStride, 1};
  return {plan.scratch.get() + (plan.b.batchStride ? batch : 0) * plan.packedB + panel.packed, KindColumns(panel.kind), 1};
}

// The tiles of one panel between k = `from` and `to`.
inline void RunTiles(const ProductPlan& plan, const ProductPointers& at, const ProductChunk& chunk, const ProductPanel& panel,
                     int64_t from, int64_t to) {
  const auto a = ViewOfA(plan, at, chunk.batch), b = ViewOfPanel(plan, at, chunk.batch, panel);
  const bool adjacentRows = a.columnStride != 1 || plan.packsA;
  const auto& kernels = tileKernels[panel.kind][adjacentRows];
  const int64_t perRow = plan.packsA ? plan.k : a.rowStride;
  float* c = at.c + chunk.batch * plan.c.batchStride + panel.column;
  for (int64_t row = chunk.firstRow; row < chunk.lastRow; row += productRows) {
    const int64_t rows = std::min<int64_t>(productRows, chunk.lastRow - row);
    kernels[rows - 1]({to - from, a.data + row * perRow + from * a.columnStride, adjacentRows ? a.columnStride : a.rowStride,
                       b.data + from * b.rowStride, b.rowStride, c + row * plan.c.rowStride, plan.c.rowStride, panel.width, from > 0});
  }
}

// A column times rows of A.
inline void RunDots(const ProductPlan& plan, const ProductPointers& at, const ProductChunk& chunk) {
  const float* a = at.a + chunk.batch * plan.a.batchStride;
  float* c = at.c + chunk.batch * plan.c.batchStride;
  int64_t row = chunk.firstRow;
  for (; row + 4 <= chunk.lastRow; row += 4)
    ComputeDots<4>({plan.k, a + row * plan.a.rowStride, plan.a.rowStride, at.b + chunk.batch * plan.b.batchStride, 1, c + row * plan.c.rowStride, plan.c.rowStride, 1, false});
  for (; row < chunk.lastRow; row++)
    ComputeDots<1>({plan.k, a + row * plan.a.rowStride, plan.a.rowStride, at.b + chunk.batch * plan.b.batchStride, 1, c + row * plan.c.rowStride, plan.c.rowStride, 1, false});
}

inline void RunChunk(const ProductPlan& plan, const ProductPointers& at, const ProductChunk& chunk) {
  if (plan.dots) return RunDots(plan, at, chunk);
  const int64_t blocks = std::max<int64_t>((plan.k + productDepth - 1) / productDepth, 1);
  for (int64_t block = 0; block < blocks; block++)
    for (size_t panel = chunk.firstPanel; panel < chunk.lastPanel; panel++)
      RunTiles(plan, at, chunk, plan.panels[panel], plan.k * block / blocks, plan.k * (block + 1) / blocks);
}

inline void RunProduct(const ProductPlan& plan, const Memory& memory, Pool& pool) {
  const ProductPointers at{plan.a.place.in(memory), plan.b.place.in(memory), plan.c.place.in(memory)};
  const size_t copies = plan.copies.size();
  if (copies > 0)
    pool.each(plan.copyChunks, [&](int chunk) {
      for (size_t i = copies * chunk / plan.copyChunks; i < copies * (chunk + 1) / plan.copyChunks; i++)
        RunCopy(plan, at, plan.copies[i]);
    });
  const size_t chunks = plan.chunks.size();
  pool.each(plan.claims, [&](int claim) {
    for (size_t i = chunks * claim / plan.claims; i < chunks * (claim + 1) / plan.claims; i++) RunChunk(plan, at, plan.chunks[i]);
  });
}

inline ProductOperand DecodeOperand(Decoder& words, bool columns) {
  ProductOperand operand{words.place(), 0, 0, 1};
  operand.batchStride = words.integer();
  operand.rowStride = words.integer();
  if (columns) operand.columnStride = words.integer();
  return operand;
}

// Words: batch, m, n, k, A (place, strides of batch, row, column), B (the same), C (place, strides of batch and row).
inline Instruction DecodeProduct(Decoder& words) {
  auto plan = std::make_shared<ProductPlan>();
  plan->batch = words.integer(), plan->m = words.integer(), plan->n = words.integer(), plan->k = words.integer();
  plan->a = DecodeOperand(words, true), plan->b = DecodeOperand(words, true), plan->c = DecodeOperand(words, false);
  TransposeVectors(*plan);
  MergeBatch(*plan);
  ChooseOrders(*plan);
  CutPanels(*plan);
  ListCopies(*plan);
  CutChunks(*plan);
  return [plan = std::shared_ptr<const ProductPlan>(plan)](const Memory& memory, Pool& pool) { RunProduct(*plan, memory, pool); };
}

}  // namespace latently
