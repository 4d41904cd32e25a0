// The innermost loops of a matrix product: a tile of C, some rows by one panel of columns, held in registers while k runs, with the
// compiler's vectors at the widest the target has. a * b + c becomes one rounding where the target can (-ffp-contract=fast).
// Left out: which tiles and panels there are (`product-plan.h`), copies of operands in an order that suits (`product-packing.h`).
#pragma once
#include "product-vectors.h"

namespace latently {

// One tile's work: C[i, j] = (add ? C[i, j] : 0) + sum over l < k of A[i, l] B[l, j], for j < width. B's rows hold a whole panel.
// C's rows are `cStep` apart, or, `transposed`, its columns are.
struct Tile {
  int64_t k;
  const float* a;
  int64_t aStep;
  const float* b;
  int64_t bStep;
  float* c;
  int64_t cStep;
  int width;
  bool add;
  bool transposed;
};

// Moves finished rows into C where a plain store will not do: they are added, or the panel's last columns are not C's.
template <int columns>
void StoreRows(float* sums, int rows, const Tile& tile) {
  float* c = tile.c;
  for (int i = 0; i < rows; i++, c += tile.cStep, sums += columns) {
    if (tile.add)
      for (int j = 0; j < tile.width; j++) sums[j] += c[j];
    CopyPart<columns>(c, sums, tile.width);
  }
}

// Moves finished rows into columns of memory, by squares of four where they are whole.
template <int columns>
void StoreColumns(const float* sums, int rows, const Tile& tile) {
  const int wholeRows = tile.add ? 0 : rows / 4 * 4, wholeColumns = tile.width / 4 * 4;
  for (int j = 0; j < wholeColumns; j += 4)
    for (int i = 0; i < wholeRows; i += 4)
      TransposeSquare<4>(sums + i * columns + j, columns, tile.c + j * tile.cStep + i, tile.cStep);
  for (int j = 0; j < tile.width; j++)
    for (int i = j < wholeColumns ? wholeRows : 0; i < rows; i++) {
      float& c = tile.c[j * tile.cStep + i];
      c = (tile.add ? c : 0) + sums[i * columns + j];
    }
}

template <int columns>
__attribute__((noinline)) void StoreTile(float* sums, int rows, const Tile& tile) {
  tile.transposed ? StoreColumns<columns>(sums, rows, tile) : StoreRows<columns>(sums, rows, tile);
}

// `adjacentRows`: A[i, l] is a[i + l aStep], as in a transposed or packed A; otherwise a[i aStep + l].
template <int kind, int rows, bool adjacentRows>
void ComputeTile(const Tile& tile) {
  constexpr int lanes = KindLanes(kind), vectors = KindVectors(kind);
  using Vector = Lanes<lanes>;
  const int64_t aStep = tile.aStep, bStep = tile.bStep;
  const float *a = tile.a, *b = tile.b;
  Vector sums[rows][vectors] = {};
  for (int64_t l = tile.k; l > 0; l--, b += bStep, a += adjacentRows ? aStep : 1) {
    Vector right[vectors];
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) right[v] = Load<Vector>(b + v * lanes);
#pragma GCC unroll 16
    for (int i = 0; i < rows; i++) {
      const float left = a[adjacentRows ? i : i * aStep];
#pragma GCC unroll 2
      for (int v = 0; v < vectors; v++) sums[i][v] += left * right[v];
    }
  }
  const bool whole = tile.width == lanes * vectors && !tile.add && !tile.transposed;
  float rest[rows * vectors * lanes];
  float* c = whole ? tile.c : rest;
  const int64_t cStep = whole ? tile.cStep : lanes * vectors;
#pragma GCC unroll 16
  for (int i = 0; i < rows; i++, c += cStep)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) Store(c + v * lanes, sums[i][v]);
  if (!whole) StoreTile<lanes * vectors>(rest, rows, tile);
}

using TileKernel = void (*)(const Tile&);
using TileKernels = std::array<TileKernel, productRows>;

template <int kind, bool adjacentRows, int... rows>
constexpr TileKernels KernelsOfRows(std::integer_sequence<int, rows...>) {
  return {ComputeTile<kind, rows + 1, adjacentRows>...};
}

template <int... kinds>
constexpr auto KernelsOfKinds(std::integer_sequence<int, kinds...>) {
  using Rows = std::make_integer_sequence<int, productRows>;
  return std::array<std::array<TileKernels, 2>, sizeof...(kinds)>{
      {{KernelsOfRows<kinds, false>(Rows{}), KernelsOfRows<kinds, true>(Rows{})}...}};
}

// Kernels by [kind of panel][adjacentRows][rows - 1].
inline constexpr auto tileKernels = KernelsOfKinds(std::make_integer_sequence<int, productKinds>{});

}  // namespace latently
