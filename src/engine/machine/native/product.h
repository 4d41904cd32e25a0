// The float32 matrix product: C[b, i, j] = sum over l of A[b, i, l] B[b, l, j], for any strides of A and B. C is cut into panels
// of columns and tiles of rows; operands are read in place where the kernels can, otherwise copied first. What is cut, and the order
// of every sum, follows from the shapes alone. An instruction keeps its copies' memory, so it is not to be run twice at once.
// Next: `product-plan.h` (what is cut), `product-kernel.h` (the arithmetic), `product-packing.h` (copies), `product-dots.h`.
#pragma once
#include "product-dots.h"
#include "product-kernel.h"
#include "product-packing.h"
#include "product-plan.h"

namespace latently {

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
  const int64_t perRow = plan.packsA ? plan.k : a.rowStride, aStep = adjacentRows ? a.columnStride : a.rowStride;
  const bool transposed = plan.c.columnStride != 1;
  const int64_t cStep = transposed ? plan.c.columnStride : plan.c.rowStride;
  float* c = at.c + chunk.batch * plan.c.batchStride + panel.column * plan.c.columnStride;
  for (int64_t row = chunk.firstRow; row < chunk.lastRow; row += productRows) {
    const int64_t rows = std::min<int64_t>(productRows, chunk.lastRow - row);
    kernels[rows - 1]({to - from, a.data + row * perRow + from * a.columnStride, aStep, b.data + from * b.rowStride, b.rowStride,
                       c + row * plan.c.rowStride, cStep, panel.width, from > 0, transposed});
  }
}

inline void RunDots(const ProductPlan& plan, const ProductPointers& at, const ProductChunk& chunk) {
  const float* b = at.b + chunk.batch * plan.b.batchStride;
  const float* a = at.a + chunk.batch * plan.a.batchStride + chunk.firstRow * plan.a.rowStride;
  float* c = at.c + chunk.batch * plan.c.batchStride + chunk.firstRow * plan.c.rowStride;
  for (int64_t rows = chunk.lastRow - chunk.firstRow, step; rows > 0; rows -= step) {
    step = rows >= 4 ? 4 : 1;
    (step == 4 ? ComputeDots<4> : ComputeDots<1>)({plan.k, a, plan.a.rowStride, b, c, plan.c.rowStride});
    a += step * plan.a.rowStride, c += step * plan.c.rowStride;
  }
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
  MergeBatch(*plan);
  if (PrefersTransposed(*plan)) Transpose(*plan);
  ChooseOrders(*plan);
  CutPanels(*plan);
  ListCopies(*plan);
  CutChunks(*plan);
  return [plan = std::shared_ptr<const ProductPlan>(plan)](const Memory& memory, Pool& pool) { RunProduct(*plan, memory, pool); };
}

}  // namespace latently
