// The kinds of reduction: what nothing reduces to and how two partial results become one, for words and for vectors of them.
// Left out: the order in which results are joined. Next: `reduce-kernel.h`, `reduce.h`.
#pragma once
#include <limits>
#include <type_traits>

#include "vector.h"

namespace latently {
namespace reduction {

// A kind of reduction: what nothing reduces to, and how two partial results, words or vectors of them, become one.
struct Sum {
  using Word = float;
  using Vector = Floats;
  static constexpr Word nothing = 0;
  template <class T> static T of(T a, T b) { return a + b; }
};
struct Product {
  using Word = float;
  using Vector = Floats;
  static constexpr Word nothing = 1;
  template <class T> static T of(T a, T b) { return a * b; }
};
// The larger: b where either is NaN. GCC sees in a choice between vectors of masks no instruction of its own.
inline Floats Larger(Floats a, Floats b) {
#if defined(__AVX512F__) && !defined(__clang__)
  return (Floats)_mm512_max_ps((__m512)a, (__m512)b);
#elif defined(__AVX2__) && !defined(__clang__)
  return (Floats)_mm256_max_ps((__m256)a, (__m256)b);
#elif defined(__SSE2__) && !defined(__clang__)
  return (Floats)_mm_max_ps((__m128)a, (__m128)b);
#else
  return a > b ? a : b;
#endif
}

// A NaN on either side stays, as in TensorFlow's kernels: `Larger` takes b's, the second choice a's.
struct Max {
  using Word = float;
  using Vector = Floats;
  static constexpr Word nothing = -std::numeric_limits<float>::infinity();
  static Floats of(Floats a, Floats b) {
    const Floats larger = Larger(a, b);
    return a == a ? larger : a;
  }
  static float of(float a, float b) {
    if (__builtin_expect(a != a, 0)) return a;
    return a > b ? a : b;
  }
};
struct Min {
  using Word = float;
  using Vector = Floats;
  static constexpr Word nothing = std::numeric_limits<float>::infinity();
  static Floats of(Floats a, Floats b) { return -Max::of(-a, -b); }
  static float of(float a, float b) { return -Max::of(-a, -b); }
};
struct All {
  using Word = int32_t;
  using Vector = Integers;
  static constexpr Word nothing = 1;
  template <class T> static T of(T a, T b) { return a & b; }
};
struct Any {
  using Word = int32_t;
  using Vector = Integers;
  static constexpr Word nothing = 0;
  template <class T> static T of(T a, T b) { return a | b; }
};
// Unsigned, because the sum of int32 wraps around.
struct IntegerSum {
  using Word = uint32_t;
  using Vector = Bits;
  static constexpr Word nothing = 0;
  template <class T> static T of(T a, T b) { return a + b; }
};
struct IntegerMax {
  using Word = int32_t;
  using Vector = Integers;
  static constexpr Word nothing = std::numeric_limits<int32_t>::min();
  template <class T> static T of(T a, T b) { return a > b ? a : b; }
};
struct IntegerMin {
  using Word = int32_t;
  using Vector = Integers;
  static constexpr Word nothing = std::numeric_limits<int32_t>::max();
  template <class T> static T of(T a, T b) { return a < b ? a : b; }
};

// A result, or a vector of them, times the factor of a mean; integers have none.
template <class Kind, class T>
inline T Scaled(T value, float factor) {
  if constexpr (std::is_same_v<typename Kind::Word, float>) return value * factor;
  else return value;
}

template <class Kind>
inline typename Kind::Vector VectorAt(const typename Kind::Word* from) {
  return Load<typename Kind::Vector>(reinterpret_cast<const float*>(from));
}

template <class Kind>
inline void StoreAt(typename Kind::Word* to, typename Kind::Vector vector) {
  Store(reinterpret_cast<float*>(to), vector);
}

template <class Kind>
inline typename Kind::Vector Nothing() {
  return typename Kind::Vector{} + Kind::nothing;
}

// The lanes of a vector, halved until one is left.
template <class Kind, int lanes = laneCount>
inline typename Kind::Word Across(const typename Kind::Word* values) {
  if constexpr (lanes == 1) {
    return values[0];
  } else {
    typename Kind::Word half[lanes / 2];
    for (int i = 0; i < lanes / 2; i++) half[i] = Kind::of(values[i], values[i + lanes / 2]);
    return Across<Kind, lanes / 2>(half);
  }
}

template <class Kind>
inline typename Kind::Word Across(typename Kind::Vector vector) {
  typename Kind::Word values[laneCount];
  StoreAt<Kind>(values, vector);
  return Across<Kind>(values);
}

// The last `count` (below `laneCount`) words before `end`, ahead of them what changes nothing; `laneCount` words must be there.
template <class Kind>
inline typename Kind::Vector Last(const typename Kind::Word* end, int64_t count) {
  static constexpr struct Table {
    int32_t values[2 * laneCount] = {};
    constexpr Table() { for (int i = laneCount; i < 2 * laneCount; i++) values[i] = -1; }
  } table;
  const Integers taken = VectorAt<All>(table.values + count);
  return taken ? VectorAt<Kind>(end - laneCount) : Nothing<Kind>();
}

}  // namespace reduction
}  // namespace latently
