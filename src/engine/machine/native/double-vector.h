// Vectors of doubles, half as many lanes as of float32, and how a function of doubles or of such vectors becomes a line over a
// block.
// Left out: what the functions are. Next: `double-arithmetic.h`, `double-exponential.h`.
#pragma once
#include <utility>

#include "vector.h"

namespace latently {
namespace doubles {

constexpr int lanes = laneCount / 2;

typedef uint64_t LongBits __attribute__((vector_size(laneCount * 4)));

inline Doubles Splat(double value) {
  double copies[lanes];
  for (auto& copy : copies) copy = value;
  return Load<Doubles>(copies);
}

// What a line reads: where, and how far the next element is (0 where one vector stands for all).
struct Operand {
  const double* at;
  int64_t step;
};

// One line's work on one block. The destination may be an operand; everything is readable and writable in whole vectors.
struct Block {
  double* destination;
  Operand operands[3];
  int64_t count;
};

using Line = void (*)(const Block&);

// `Each<body>::run` is the line that applies `body` to every vector of a block, or to every element where it takes numbers.
template <auto body>
struct Each;

template <class Number, class... Inputs, Number (*body)(Inputs...)>
struct Each<body> {
  static void run(const Block& block) { Apply(block, std::index_sequence_for<Inputs...>{}); }

 private:
  template <size_t... i>
  static void Apply(const Block& block, std::index_sequence<i...>) {
    constexpr int64_t elements = sizeof(Number) / sizeof(double);
    double* destination = block.destination;
    const Operand operands[] = {block.operands[i]...};
    for (int64_t at = 0; at < block.count; at += elements)
      Store(destination + at, body(Load<Inputs>(operands[i].at + at * operands[i].step)...));
  }
};

}  // namespace doubles
}  // namespace latently
