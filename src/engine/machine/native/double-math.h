// Functions of float32 vectors that are worked out in double, half a vector at a time: cancellations that float32 does not bear
// are harmless there, so formulas are the textbook's and results are rounded about once.
// Polynomials are minimax (Remez) or Taylor's, to 1e-10. Left out: gamma functions and quantiles (`scalar-math.h`).
#pragma once
#include <cmath>

#include "double-arithmetic.h"
#include "vector-math.h"

namespace latently {

constexpr double infinityDouble = std::numeric_limits<double>::infinity();

// A polynomial's value by Horner's rule, highest power first.
template <int count>
inline Doubles Polynomial(const double (&coefficients)[count], Doubles x) {
  Doubles value = doubles::Splat(coefficients[0]);
  for (int i = 1; i < count; i++) value = value * x + coefficients[i];
  return value;
}

struct HalvesOf {
  HalfFloats parts[2];
  Doubles wide(int i) const { return __builtin_convertvector(parts[i], Doubles); }
  void narrow(int i, Doubles value) { parts[i] = __builtin_convertvector(value, HalfFloats); }
};

template <Doubles (*body)(Doubles)>
inline Floats InDoubles(Floats a) {
  auto halves = BitsAs<HalvesOf>(a);
  for (int i = 0; i < 2; i++) halves.narrow(i, body(halves.wide(i)));
  return BitsAs<Floats>(halves);
}

template <Doubles (*body)(Doubles, Doubles)>
inline Floats InDoubles(Floats a, Floats b) {
  auto halves = BitsAs<HalvesOf>(a);
  const auto others = BitsAs<HalvesOf>(b);
  for (int i = 0; i < 2; i++) halves.narrow(i, body(halves.wide(i), others.wide(i)));
  return BitsAs<Floats>(halves);
}

constexpr double shiftDouble = 6755399441055744.0;

// Arguments beyond +-600 are taken for +-600: far beyond what float32 holds.
inline Doubles ExponentialDouble(Doubles x) {
  static constexpr double series[] = {1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1, 1};
  const Doubles above = x < -600.0 ? doubles::Splat(-600) : x;
  const Doubles y = above > 600.0 ? doubles::Splat(600) : above;
  const Doubles shifted = y * 1.4426950408889634 + shiftDouble, whole = shifted - shiftDouble;
  const Doubles rest = (y - whole * 0.693147180369123816490) - whole * 1.90821492927058770002e-10;
  const LongIntegers power = (BitsAs<LongIntegers>(shifted) + 1023) << 52;
  return Polynomial(series, rest) * BitsAs<Doubles>(power);
}

// The logarithm; log 0 = -infinity, NaN below. Subnormal doubles, which no float32 is, are left out.
inline Doubles LogarithmDouble(Doubles x) {
  static constexpr double series[] = {2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3};
  typedef uint64_t LongBits __attribute__((vector_size(sizeof(Doubles))));
  // Counted from sqrt(1/2) / 2^1024, so that shifts are of what is positive.
  const LongBits ranked = BitsAs<LongBits>(x) - 0x3fe6a09e00000000u + (uint64_t{1024} << 52);
  const Doubles whole = BitsAs<Doubles>((ranked >> 52) | 0x4330000000000000u) - (4503599627370496.0 + 1024);
  const LongBits exponent = (ranked & 0xfff0000000000000u) - (uint64_t{1024} << 52);
  const Doubles f = BitsAs<Doubles>(BitsAs<LongBits>(x) - exponent) - 1.0;
  const Doubles s = f / (f + 2.0), z = s * s;
  const Doubles value = whole * 0.69314718055994530942 + (s * z * Polynomial(series, z) + 2.0 * s);
  const Doubles finite = x == infinityDouble ? x : value;
  return x > 0.0 ? finite : x == 0.0 ? doubles::Splat(-infinityDouble) : doubles::Splat(NAN);
}

// x^y as C's pow: 1 where x = 1 or y = 0, NaN where x < 0 and y is not whole.
inline Doubles PowerDouble(Doubles x, Doubles y) {
  const Doubles size = doubles::Absolute(x), sizeOfPower = doubles::Absolute(y);
  Doubles value = ExponentialDouble(y * LogarithmDouble(size));
  const Doubles rounded = (sizeOfPower + 4503599627370496.0) - 4503599627370496.0;
  const LongIntegers whole = (rounded == sizeOfPower) | (sizeOfPower > 4503599627370496.0);
  const Doubles half = sizeOfPower * 0.5;
  const LongIntegers odd = whole & (sizeOfPower < 16777216.0) & ((half + 4503599627370496.0) - 4503599627370496.0 != half);
  const LongIntegers negative = BitsAs<LongIntegers>(x) < 0;
  value = (negative & odd) ? BitsAs<Doubles>(BitsAs<LongIntegers>(value) ^ INT64_MIN) : value;
  value = ((x < 0.0) & (size < infinityDouble) & ~whole) ? doubles::Splat(NAN) : value;
  value = ((size == 1.0) & (sizeOfPower == infinityDouble)) ? doubles::Splat(1) : value;
  return ((x == 1.0) | (y == 0.0)) ? doubles::Splat(1) : value;
}

// sin and cos of x = quarter * pi/2 + rest.
struct Angle {
  LongIntegers quarter;
  Doubles sine, cosine;
};

inline Angle AngleOf(Doubles x) {
  static constexpr double sines[] = {-1.0 / 39916800, 1.0 / 362880, -1.0 / 5040, 1.0 / 120, -1.0 / 6};
  static constexpr double cosines[] = {1.0 / 479001600, -1.0 / 3628800, 1.0 / 40320, -1.0 / 720, 1.0 / 24, -0.5};
  const Doubles shifted = x * 0.63661977236758134308 + shiftDouble, whole = shifted - shiftDouble;
  const Doubles r = (x - whole * 1.57079632673412561417e+00) - whole * 6.07710050650619224932e-11, z = r * r;
  return {BitsAs<LongIntegers>(shifted), r * z * Polynomial(sines, z) + r, z * Polynomial(cosines, z) + 1.0};
}

inline Doubles SineOf(const Angle& angle, int64_t quartersMore) {
  const LongIntegers quarter = angle.quarter + quartersMore;
  const Doubles value = (quarter & 1) != 0 ? angle.cosine : angle.sine;
  return BitsAs<Doubles>(BitsAs<LongIntegers>(value) ^ ((quarter & 2) << 62));
}

// Beyond 2^20 angles are reduced by the C library.
template <double (*exact)(double)>
inline Doubles MendLargeAngles(Doubles x, Doubles value) {
  const LongIntegers large = doubles::Absolute(x) > 1048576.0;
  for (int i = 0; i < laneCount / 2; i++)
    if (large[i]) value[i] = exact(x[i]);
  return value;
}

inline Doubles SineDouble(Doubles x) { return MendLargeAngles<std::sin>(x, x == 0.0 ? x : SineOf(AngleOf(x), 0)); }
inline Doubles CosineDouble(Doubles x) { return MendLargeAngles<std::cos>(x, SineOf(AngleOf(x), 1)); }
inline Doubles TangentDouble(Doubles x) {
  const Angle angle = AngleOf(x);
  return MendLargeAngles<std::tan>(x, x == 0.0 ? x : SineOf(angle, 0) / SineOf(angle, 1));
}

// The angle of (above, across) in the first quadrant, 0 at the origin: by eighths of a turn, the rest within tan(pi / 8).
inline Doubles FirstQuadrant(Doubles above, Doubles across) {
  static constexpr double series[] = {-0.03795589933679310544, 0.069930993748551625064, -0.089972784501251181897,
                                      0.11104054070068304182,  -0.14285426526858639532, 0.1999999440355800425,
                                      -0.3333333329640848159};
  constexpr double eighth = 0.41421356237309504880, pi = 3.14159265358979323846;
  const LongIntegers low = above <= across * eighth, high = across < above * eighth;
  const Doubles numerator = low ? above : high ? across : above - across;
  const Doubles denominator = low ? across : high ? -above : above + across;
  const Doubles u = numerator / denominator, z = u * u;
  const Doubles start = low ? Doubles{} : high ? doubles::Splat(pi / 2) : doubles::Splat(pi / 4);
  const Doubles value = start + (u * z * Polynomial(series, z) + u);
  return ((above == 0.0) & (across == across)) ? Doubles{} : (above == across) ? doubles::Splat(pi / 4) : value;
}

inline Doubles ArcTangentDouble(Doubles x) { return doubles::CopySign(FirstQuadrant(doubles::Absolute(x), doubles::Splat(1)), x); }

inline Doubles ArcTangent2Double(Doubles y, Doubles x) {
  constexpr double pi = 3.14159265358979323846;
  const Doubles angle = FirstQuadrant(doubles::Absolute(y), doubles::Absolute(x));
  return doubles::CopySign(BitsAs<LongIntegers>(x) < 0 ? pi - angle : angle, y);
}

inline Doubles ArcSineDouble(Doubles x) {
  return doubles::CopySign(FirstQuadrant(doubles::Absolute(x), doubles::SquareRoot((1.0 - x) * (1.0 + x))), x);
}

inline Doubles ArcCosineDouble(Doubles x) {
  constexpr double pi = 3.14159265358979323846;
  const Doubles angle = FirstQuadrant(doubles::SquareRoot((1.0 - x) * (1.0 + x)), doubles::Absolute(x));
  return x < 0.0 ? pi - angle : angle;
}

inline Doubles HyperbolicSineDouble(Doubles x) {
  static constexpr double series[] = {1.0 / 362880, 1.0 / 5040, 1.0 / 120, 1.0 / 6};
  const Doubles e = ExponentialDouble(doubles::Absolute(x)), z = x * x;
  const Doubles small = x * z * Polynomial(series, z) + x;
  return doubles::Absolute(x) < 0.3 ? doubles::CopySign(small, x) : doubles::CopySign(0.5 * (e - 1.0 / e), x);
}

inline Doubles HyperbolicCosineDouble(Doubles x) {
  const Doubles e = ExponentialDouble(doubles::Absolute(x));
  return 0.5 * (e + 1.0 / e);
}

inline Doubles InverseHyperbolicSineDouble(Doubles x) {
  const Doubles size = doubles::Absolute(x);
  const Doubles value = LogarithmDouble(size + doubles::SquareRoot(size * size + 1.0));
  return doubles::CopySign(size < 1e-5 ? size : value, x);
}

inline Doubles InverseHyperbolicCosineDouble(Doubles x) {
  const Doubles value = LogarithmDouble(x + doubles::SquareRoot((x - 1.0) * (x + 1.0)));
  return x < 1.0 ? doubles::Splat(NAN) : value;
}

inline Doubles InverseHyperbolicTangentDouble(Doubles x) {
  const Doubles size = doubles::Absolute(x);
  const Doubles value = 0.5 * LogarithmDouble((1.0 + size) / (1.0 - size));
  return doubles::CopySign(size < 1e-5 ? size : value, x);
}

// exp(x^2) erfc(x) (1 + 2x) is nearly a polynomial of (x - 2) / (x + 2): for x from 0.9 to 10.3, beyond which float32 has no erfc.
inline Doubles ComplementOfLarge(Doubles x) {
  static constexpr double series[] = {0.00033894814532881593862, -0.00044208983265801540487, -0.0015037182408868799853,
                                      0.0012785669513598654306,  0.0087285178172292314709,   -0.0080352833635751100973,
                                      -0.054220312147053656395,  0.1640513439238690757,      -0.16603039130737789102,
                                      -0.092763827386998197924,  1.2769783815290167476};
  const Doubles bounded = x > 10.3 ? doubles::Splat(10.3) : x;
  const Doubles value = Polynomial(series, (bounded - 2.0) / (bounded + 2.0)) / (bounded * 2.0 + 1.0);
  return value * ExponentialDouble(-(x * x));
}

inline Doubles ErrorFunctionOfSmall(Doubles x) {
  static constexpr double series[] = {1.0562961533863375765e-6,  -0.000013898693347413725016, 0.00011954817490883131032,
                                      -0.00085424888359581399355, 0.0052237764007241371586,    -0.026866131407463085074,
                                      0.11283791285346760306,     -0.37612638888502679279,     1.1283791670945860028};
  return x * Polynomial(series, x * x);
}

inline Doubles ErrorFunctionDouble(Doubles x) {
  const Doubles size = doubles::Absolute(x);
  return doubles::CopySign(size < 1.0 ? ErrorFunctionOfSmall(size) : 1.0 - ComplementOfLarge(size), x);
}

inline Doubles ComplementaryErrorFunctionDouble(Doubles x) {
  const Doubles size = doubles::Absolute(x), large = ComplementOfLarge(size);
  return size < 1.0 ? 1.0 - ErrorFunctionOfSmall(x) : x < 0.0 ? 2.0 - large : large;
}

}  // namespace latently
