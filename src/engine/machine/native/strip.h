// A few vectors at a time, held in the processor's registers from line to line: each line goes on to the next one with a jump that
// hands them over, so that a value only the next line reads never goes through memory, and the processor works on one strip while
// it waits for another. Left out: when a value must be put down (`strip-plan.h`). Next: `elementwise.h`.
#pragma once
#include <utility>

#include "vector.h"

namespace latently {

// So short that the processor has several under way, so long that going from line to line costs little; measured on AVX-512 and AVX2.
constexpr int64_t stripLength = 32;
using VectorsOfStrip = std::make_index_sequence<stripLength / laneCount>;

// Something for each vector of a strip.
template <size_t, class Thing>
using ForEach = Thing;

// Where something of a strip lies: `mask` is -1 where every strip has its own place, 0 where all share one.
struct StripPlace {
  float* at;
  int64_t mask;

  float* in(int64_t start) const { return at + (start & mask); }
  Floats vector(int64_t start, size_t i) const { return Load<Floats>(in(start) + i * laneCount); }
  Operand operand(int64_t start) const { return {in(start), laneCount}; }
};

template <class Vectors>
struct LinkOf;

// A line of a strip: `run` is given what the line before made, the link, and the strip's first element, counted from the block's.
template <size_t... i>
struct LinkOf<std::index_sequence<i...>> {
  using Strip = void (*)(ForEach<i, Floats>..., const LinkOf*, int64_t);
  Strip run;
  Line line;
  StripPlace operands[3], to;
};

using Link = LinkOf<VectorsOfStrip>;
using Strip = Link::Strip;

// `Linked<body, held>::run` applies `body`; `held` has a bit for every operand that is what the line before made.
template <auto body, int held, class Vectors = VectorsOfStrip>
struct Linked;

template <class Result, class... Of, Result (*body)(Of...), int held, size_t... i>
struct Linked<body, held, std::index_sequence<i...>> {
  template <size_t... operand>
  static Floats Apply(Floats value, const Link* link, int64_t start, size_t at, std::index_sequence<operand...>) {
    const auto& from = link->operands;
    return BitsAs<Floats>(body(BitsAs<Of>(held >> operand & 1 ? value : from[operand].vector(start, at))...));
  }

  static void run(ForEach<i, Floats>... value, const Link* link, int64_t start) {
    const Floats made[] = {Apply(value, link, start, i, std::index_sequence_for<Of...>{})...};
    return link[1].run(made[i]..., link + 1, start);
  }
};

// The other links of a strip, and how it begins.
template <class Vectors>
struct OtherLinksOf;

template <size_t... i>
struct OtherLinksOf<std::index_sequence<i...>> {
  // A line that works on memory alone.
  static void line(ForEach<i, Floats>... value, const Link* link, int64_t start) {
    const auto& [a, b, c] = link->operands;
    link->line({link->to.in(start), a.operand(start), b.operand(start), c.operand(start), stripLength});
    return link[1].run(value..., link + 1, start);
  }

  // Puts down what the line before made, and holds it still.
  static void putDown(ForEach<i, Floats>... value, const Link* link, int64_t start) {
    float* to = link->to.in(start);
    (Store(to + i * laneCount, value), ...);
    return link[1].run(value..., link + 1, start);
  }

  static void end(ForEach<i, Floats>..., const Link*, int64_t) {}

  static void begin(const Link* first, int64_t start) { first->run(ForEach<i, Floats>{}..., first, start); }
};

using OtherLinks = OtherLinksOf<VectorsOfStrip>;

// What all elements share, at a place where a strip reads it as if it were its own.
inline void Widen(float* shared) {
  const Floats value = Load<Floats>(shared);
  for (int64_t at = laneCount; at < stripLength; at += laneCount) Store(shared + at, value);
}

// The ways to run an operation, by `held`; null where there is none.
struct Ways {
  Strip by[8];
};

template <auto body>
struct WaysOf;

template <class Result, class A, Result (*body)(A)>
struct WaysOf<body> {
  static constexpr Ways ways = {{Linked<body, 0>::run, Linked<body, 1>::run}};
};
template <class Result, class A, class B, Result (*body)(A, B)>
struct WaysOf<body> {
  static constexpr Ways ways = {{Linked<body, 0>::run, Linked<body, 1>::run, Linked<body, 2>::run, Linked<body, 3>::run}};
};
template <class Result, class A, class B, class C, Result (*body)(A, B, C)>
struct WaysOf<body> {
  static constexpr Ways ways = {{Linked<body, 0>::run, Linked<body, 1>::run, Linked<body, 2>::run, Linked<body, 3>::run,
                                 Linked<body, 4>::run}};
};

}  // namespace latently
