// The innermost loops of a matrix product: a tile of C, some rows by one panel of columns, held in registers while k runs, with the
// compiler's vectors at the widest the target has. a * b + c becomes one rounding where the target can (-ffp-contract=fast).
// Left out: which tiles and panels there are (`product.h`), copies of operands in an order that suits (`product-packing.h`).
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

namespace latently {

#if defined(__AVX512F__)
constexpr int productLanes = 16, productRows = 12;
#elif defined(__AVX2__) || defined(__AVX__)
constexpr int productLanes = 8, productRows = 6;
#else
constexpr int productLanes = 4, productRows = 6;
#endif

template <int lanes>
struct LanesOf {
  typedef float type __attribute__((vector_size(lanes * sizeof(float))));
};
template <int lanes>
using Lanes = typename LanesOf<lanes>::type;

template <class Vector>
inline Vector Load(const float* from) {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class Vector>
inline void Store(float* to, const Vector& value) {
  std::memcpy(to, &value, sizeof value);
}

// Kinds of panels: how many columns are computed together, as a pair of vectors, one, or a narrower one.
constexpr int productKinds = productLanes == 16 ? 4 : productLanes == 8 ? 3 : 2;
constexpr int KindVectors(int kind) { return kind == 0 ? 2 : 1; }
constexpr int KindLanes(int kind) { return kind == 0 ? productLanes : productLanes >> (kind - 1); }
constexpr int KindColumns(int kind) { return KindVectors(kind) * KindLanes(kind); }

// One tile's work: C[i, j] = (add ? C[i, j] : 0) + sum over l < k of A[i, l] B[l, j], for j < width. B's rows hold a whole panel.
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
};

// Copies the first `width` of a row, with two overlapping halves where a shorter row allows no whole vector.
template <int columns>
inline void CopyPart(float* to, const float* from, int width) {
  if constexpr (columns >= 4) {
    constexpr int half = columns / 2;
    if (width < half) return CopyPart<half>(to, from, width);
    const auto first = Load<std::array<float, half>>(from), last = Load<std::array<float, half>>(from + width - half);
    Store(to, first);
    Store(to + width - half, last);
  } else {
    for (int j = 0; j < width; j++) to[j] = from[j];
  }
}

// Moves finished rows into C where a plain store will not do: they are added, or the panel's last columns are not C's.
template <int columns>
__attribute__((noinline)) void StoreRows(float* sums, int rows, const Tile& tile) {
  float* c = tile.c;
  for (int i = 0; i < rows; i++, c += tile.cStep, sums += columns) {
    if (tile.add)
      for (int j = 0; j < tile.width; j++) sums[j] += c[j];
    CopyPart<columns>(c, sums, tile.width);
  }
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
  const bool whole = tile.width == lanes * vectors && !tile.add;
  float rest[rows * vectors * lanes];
  float* c = whole ? tile.c : rest;
  const int64_t cStep = whole ? tile.cStep : lanes * vectors;
#pragma GCC unroll 16
  for (int i = 0; i < rows; i++, c += cStep)
#pragma GCC unroll 2
    for (int v = 0; v < vectors; v++) Store(c + v * lanes, sums[i][v]);
  if (!whole) StoreRows<lanes * vectors>(rest, rows, tile);
}

// The sum of a vector's elements, halves onto halves.
template <int lanes>
inline float SumOf(const float* values) {
  if constexpr (lanes > 2) {
    float half[lanes / 2];
    Store(half, Load<Lanes<lanes / 2>>(values) + Load<Lanes<lanes / 2>>(values + lanes / 2));
    return SumOf<lanes / 2>(half);
  } else {
    return values[0] + values[1];
  }
}

// Adds the products from l = `first` on that fill whole vectors of `lanes` to the rows' sums; returns where they end.
template <int lanes, int rows>
inline int64_t AddDots(const Tile& tile, int64_t first, float* sums) {
  Lanes<lanes> parts[rows] = {};
  int64_t l = first;
  for (; l + lanes <= tile.k; l += lanes) {
    const auto right = Load<Lanes<lanes>>(tile.b + l);
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) parts[i] += Load<Lanes<lanes>>(tile.a + i * tile.aStep + l) * right;
  }
  if (l == first) return l;
#pragma GCC unroll 4
  for (int i = 0; i < rows; i++) {
    float values[lanes];
    Store(values, parts[i]);
    sums[i] += SumOf<lanes>(values);
  }
  return l;
}

// A tile one column wide: C[i] = sum over l < k of A[i, l] B[l], where rows of A and the column of B are dense.
template <int rows>
void ComputeDots(const Tile& tile) {
  float sums[rows] = {};
  int64_t l = AddDots<productLanes, rows>(tile, 0, sums);
  if constexpr (productLanes > 4) l = AddDots<4, rows>(tile, l, sums);
  for (; l < tile.k; l++)
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) sums[i] += tile.a[i * tile.aStep + l] * tile.b[l];
  for (int i = 0; i < rows; i++) tile.c[i * tile.cStep] = sums[i];
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
