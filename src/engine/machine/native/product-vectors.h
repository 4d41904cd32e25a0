// The compiler's vectors as a matrix product uses them: the widest the target has, and moves within and between them that hold for
// any width. Left out: intrinsics, so that the same lines serve every target. Next: `product-kernel.h`.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "vector.h"

namespace latently {

#if defined(__AVX512F__)
constexpr int productLanes = 16, productRows = 12;
#elif defined(__AVX2__) || defined(__AVX__)
constexpr int productLanes = 8, productRows = 6;
#elif defined(__wasm__)
constexpr int productLanes = 4, productRows = 4;
#else
constexpr int productLanes = 4, productRows = 6;
#endif

template <int lanes>
struct LanesOf {
  typedef float type __attribute__((vector_size(lanes * sizeof(float))));
};
template <int lanes>
using Lanes = typename LanesOf<lanes>::type;

// Kinds of panels: how many columns are computed together, as a pair of vectors, one, or a narrower one.
constexpr int productKinds = productLanes == 16 ? 4 : productLanes == 8 ? 3 : 2;
constexpr int KindVectors(int kind) { return kind == 0 ? 2 : 1; }
constexpr int KindLanes(int kind) { return kind == 0 ? productLanes : productLanes >> (kind - 1); }
constexpr int KindColumns(int kind) { return KindVectors(kind) * KindLanes(kind); }

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

}  // namespace latently
