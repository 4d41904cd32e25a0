// The cheap operations on vectors of doubles: arithmetic, rounding, comparisons and truth values, which are the doubles 0 and 1.
// Left out: functions that need a polynomial. Next: `double-exponential.h`.
#pragma once
#include <cmath>
#include <limits>

#include "double-vector.h"

namespace latently {
namespace doubles {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr uint64_t signBit = uint64_t{1} << 63;

inline Doubles Truth(LongIntegers mask) { return BitsAs<Doubles>(mask & BitsAs<LongIntegers>(Splat(1.0))); }

inline Doubles Move(Doubles a) { return a; }
inline Doubles RoundToFloat(Doubles a) { return __builtin_convertvector(__builtin_convertvector(a, HalfFloats), Doubles); }
inline Doubles Add(Doubles a, Doubles b) { return a + b; }
inline Doubles Subtract(Doubles a, Doubles b) { return a - b; }
inline Doubles Multiply(Doubles a, Doubles b) { return a * b; }
inline Doubles Divide(Doubles a, Doubles b) { return a / b; }
inline Doubles DivideNoNan(Doubles a, Doubles b) { return b == 0.0 ? Doubles{} : a / b; }
inline Doubles MultiplyNoNan(Doubles a, Doubles b) { return b == 0.0 ? Doubles{} : a * b; }
inline Doubles MultiplyAdd(Doubles a, Doubles b, Doubles c) { return a * b + c; }
inline Doubles Maximum(Doubles a, Doubles b) { return (a > b) | (a != a) ? a : b; }
inline Doubles Minimum(Doubles a, Doubles b) { return (a < b) | (a != a) ? a : b; }
inline Doubles Square(Doubles a) { return a * a; }
inline Doubles SquaredDifference(Doubles a, Doubles b) { return (a - b) * (a - b); }
inline Doubles Reciprocal(Doubles a) { return 1.0 / a; }

inline Doubles Negate(Doubles a) { return BitsAs<Doubles>(BitsAs<LongBits>(a) ^ signBit); }
inline Doubles Absolute(Doubles a) { return BitsAs<Doubles>(BitsAs<LongBits>(a) & ~signBit); }
inline Doubles CopySign(Doubles size, Doubles sign) {
  return BitsAs<Doubles>((BitsAs<LongBits>(size) & ~signBit) | (BitsAs<LongBits>(sign) & signBit));
}

inline Doubles SquareRoot(Doubles a) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  return _mm512_maskz_sqrt_pd(0xff, a);
#elif defined(__AVX2__)
  return _mm256_sqrt_pd(a);
#elif defined(__SSE2__)
  return _mm_sqrt_pd(a);
#else
  for (int i = 0; i < lanes; i++) a[i] = __builtin_sqrt(a[i]);
  return a;
#endif
}
inline Doubles ReciprocalSquareRoot(Doubles a) { return 1.0 / SquareRoot(a); }

// Adding and taking away 2^52 leaves a whole number; what is larger is one.
inline Doubles Round(Doubles a) {
  const Doubles size = Absolute(a);
  const Doubles whole = (size + 0x1p52) - 0x1p52;
  return size < 0x1p52 ? CopySign(whole, a) : a;
}
inline Doubles Floor(Doubles a) {
  const Doubles whole = Round(a);
  return CopySign(whole > a ? whole - 1.0 : whole, a);
}
inline Doubles Ceiling(Doubles a) { return Negate(Floor(Negate(a))); }
inline Doubles FloorDivide(Doubles a, Doubles b) { return Floor(a / b); }

inline Doubles Sign(Doubles a) { return a > 0.0 ? Splat(1.0) : a < 0.0 ? Splat(-1.0) : a + 0.0; }
inline Doubles Relu(Doubles a) { return a <= 0.0 ? Doubles{} : a; }
inline Doubles ReluGradient(Doubles gradient, Doubles feature) { return feature > 0.0 ? gradient : Doubles{}; }

inline Doubles Less(Doubles a, Doubles b) { return Truth(a < b); }
inline Doubles LessEqual(Doubles a, Doubles b) { return Truth(a <= b); }
inline Doubles Greater(Doubles a, Doubles b) { return Truth(a > b); }
inline Doubles GreaterEqual(Doubles a, Doubles b) { return Truth(a >= b); }
inline Doubles Equal(Doubles a, Doubles b) { return Truth(a == b); }
inline Doubles NotEqual(Doubles a, Doubles b) { return Truth(a != b); }
inline Doubles IsNan(Doubles a) { return Truth(a != a); }
inline Doubles IsFinite(Doubles a) { return Truth(Absolute(a) < infinity); }
inline Doubles IsInfinite(Doubles a) { return Truth(Absolute(a) == infinity); }
inline Doubles And(Doubles a, Doubles b) { return Truth((a != 0.0) & (b != 0.0)); }
inline Doubles Or(Doubles a, Doubles b) { return Truth((a != 0.0) | (b != 0.0)); }
inline Doubles Not(Doubles a) { return Truth(a == 0.0); }
inline Doubles Select(Doubles condition, Doubles a, Doubles b) { return condition != 0.0 ? a : b; }

inline double Modulo(double a, double b) { return std::fmod(a, b); }
inline double FloorModulo(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (b < 0) != (rest < 0) ? rest + b : rest;
}

}  // namespace doubles
}  // namespace latently
