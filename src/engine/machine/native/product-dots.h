// A matrix product of one column: dot products of A's rows with it, each summed in vectors along k. Next: `product.h`.
#pragma once
#include "product-vectors.h"

namespace latently {

// C[i] = sum over l < k of A[i, l] B[l] for some rows; A's rows are dense and `aStep` apart, elements of C `cStep`.
struct Dots {
  int64_t k;
  const float* a;
  int64_t aStep;
  const float* b;
  float* c;
  int64_t cStep;
};

// Adds the products from l = `first` on that fill whole vectors of `lanes` to the rows' sums; returns where they end.
template <int lanes, int rows>
inline int64_t AddDots(const Dots& dots, int64_t first, float* sums) {
  Lanes<lanes> parts[rows] = {};
  int64_t l = first;
  for (; l + lanes <= dots.k; l += lanes) {
    const auto right = Load<Lanes<lanes>>(dots.b + l);
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) parts[i] += Load<Lanes<lanes>>(dots.a + i * dots.aStep + l) * right;
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

template <int rows>
void ComputeDots(const Dots& dots) {
  float sums[rows] = {};
  int64_t l = AddDots<productLanes, rows>(dots, 0, sums);
  if constexpr (productLanes > 4) l = AddDots<4, rows>(dots, l, sums);
  for (; l < dots.k; l++)
#pragma GCC unroll 4
    for (int i = 0; i < rows; i++) sums[i] += dots.a[i * dots.aStep + l] * dots.b[l];
  for (int i = 0; i < rows; i++) dots.c[i * dots.cStep] = sums[i];
}

}  // namespace latently
