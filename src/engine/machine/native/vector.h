// Vectors of the width the machine is compiled for, and how a function of vectors becomes a line that runs over a block.
// Written with the vector extensions of GCC and Clang, so that one source serves AVX-512, AVX2, SSE2 and WebAssembly.
// Left out: what the functions are. Next: `operations.h`, `vector-math.h`.
#pragma once
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace latently {

#if defined(__AVX512F__) && defined(__AVX512DQ__)
constexpr int laneCount = 16;
#elif defined(__AVX2__)
constexpr int laneCount = 8;
#else
constexpr int laneCount = 4;
#endif

typedef float Floats __attribute__((vector_size(laneCount * 4)));
typedef int32_t Integers __attribute__((vector_size(laneCount * 4)));
typedef uint32_t Bits __attribute__((vector_size(laneCount * 4)));
// Half as many lanes, of doubles: for functions whose cancellations float32 does not bear.
typedef double Doubles __attribute__((vector_size(laneCount * 4)));
typedef int64_t LongIntegers __attribute__((vector_size(laneCount * 4)));
typedef float HalfFloats __attribute__((vector_size(laneCount * 2)));

template <class Vector, class Element>
inline Vector Load(const Element* from) {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class Element, class Vector>
inline void Store(Element* to, Vector value) {
  std::memcpy(to, &value, sizeof value);
}

template <class To, class From>
inline To BitsAs(From value) {
  static_assert(sizeof(To) == sizeof(From), "the same bits are as many");
  To to;
  std::memcpy(&to, &value, sizeof to);
  return to;
}

inline Integers Splat(int32_t value) { return value - Integers{}; }
inline Floats Splat(float value) { return BitsAs<Floats>(Splat(BitsAs<int32_t>(value))); }

// What a line reads: where, and how far the next vector is (0 where one vector stands for all).
struct Operand {
  const float* at;
  int64_t step;
};

// One line's work on one block. The destination may be an operand; everything is readable and writable in whole vectors.
struct Block {
  float* destination;
  Operand a, b, c;
  int64_t count;
  int64_t vectors() const { return (count + laneCount - 1) / laneCount; }
};

using Line = void (*)(const Block&);

// `Each<body>::run` is the line that applies `body` to every vector of a block, or to every element where it takes numbers.
template <auto body>
struct Each;

template <class Result, class A, Result (*body)(A)>
struct Each<body> {
  static void run(const Block& block) {
    float* destination = block.destination;
    const float* a = block.a.at;
    if constexpr (sizeof(A) == sizeof(float)) {
      const int64_t oneA = block.a.step ? 1 : 0;
      for (int64_t i = 0; i < block.count; i++) Store(destination + i, body(Load<A>(a + i * oneA)));
    } else {
      const int64_t vectors = block.vectors(), stepA = block.a.step;
      for (int64_t i = 0; i < vectors; i++, destination += laneCount, a += stepA) Store(destination, body(Load<A>(a)));
    }
  }
};

template <class Result, class A, class B, Result (*body)(A, B)>
struct Each<body> {
  static void run(const Block& block) {
    float* destination = block.destination;
    const float *a = block.a.at, *b = block.b.at;
    if constexpr (sizeof(A) == sizeof(float)) {
      const int64_t oneA = block.a.step ? 1 : 0, oneB = block.b.step ? 1 : 0;
      for (int64_t i = 0; i < block.count; i++) Store(destination + i, body(Load<A>(a + i * oneA), Load<B>(b + i * oneB)));
    } else {
      const int64_t vectors = block.vectors(), stepA = block.a.step, stepB = block.b.step;
      for (int64_t i = 0; i < vectors; i++, destination += laneCount, a += stepA, b += stepB)
        Store(destination, body(Load<A>(a), Load<B>(b)));
    }
  }
};

template <class Result, class A, class B, class C, Result (*body)(A, B, C)>
struct Each<body> {
  static void run(const Block& block) {
    float* destination = block.destination;
    const float *a = block.a.at, *b = block.b.at, *c = block.c.at;
    const int64_t vectors = block.vectors(), stepA = block.a.step, stepB = block.b.step, stepC = block.c.step;
    for (int64_t i = 0; i < vectors; i++, destination += laneCount, a += stepA, b += stepB, c += stepC)
      Store(destination, body(Load<A>(a), Load<B>(b), Load<C>(c)));
  }
};

}  // namespace latently
