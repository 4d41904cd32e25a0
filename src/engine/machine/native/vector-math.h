// Elementary functions; for now by the C library, element by element. Next: `arithmetic.h`, `scalar-math.h`.
#pragma once
#include <cmath>
#include "arithmetic.h"
namespace latently {
inline float Exponential(float a) { return static_cast<float>(std::exp(static_cast<double>(a))); }
inline float ExponentialMinusOne(float a) { return static_cast<float>(std::expm1(static_cast<double>(a))); }
inline float Logarithm(float a) { return static_cast<float>(std::log(static_cast<double>(a))); }
inline float LogarithmOnePlus(float a) { return static_cast<float>(std::log1p(static_cast<double>(a))); }
inline float HyperbolicTangent(float a) { return static_cast<float>(std::tanh(static_cast<double>(a))); }
inline float Sine(float a) { return static_cast<float>(std::sin(static_cast<double>(a))); }
inline float Cosine(float a) { return static_cast<float>(std::cos(static_cast<double>(a))); }
inline float Tangent(float a) { return static_cast<float>(std::tan(static_cast<double>(a))); }
inline float ArcSine(float a) { return static_cast<float>(std::asin(static_cast<double>(a))); }
inline float ArcCosine(float a) { return static_cast<float>(std::acos(static_cast<double>(a))); }
inline float ArcTangent(float a) { return static_cast<float>(std::atan(static_cast<double>(a))); }
inline float HyperbolicSine(float a) { return static_cast<float>(std::sinh(static_cast<double>(a))); }
inline float HyperbolicCosine(float a) { return static_cast<float>(std::cosh(static_cast<double>(a))); }
inline float InverseHyperbolicSine(float a) { return static_cast<float>(std::asinh(static_cast<double>(a))); }
inline float InverseHyperbolicCosine(float a) { return static_cast<float>(std::acosh(static_cast<double>(a))); }
inline float InverseHyperbolicTangent(float a) { return static_cast<float>(std::atanh(static_cast<double>(a))); }
inline float ErrorFunction(float a) { return static_cast<float>(std::erf(static_cast<double>(a))); }
inline float ComplementaryErrorFunction(float a) { return static_cast<float>(std::erfc(static_cast<double>(a))); }
inline float Sigmoid(float a) { return static_cast<float>(1 / (1 + std::exp(-static_cast<double>(a)))); }
inline float Softplus(float a) { return static_cast<float>(std::max(double(a), 0.0) + std::log1p(std::exp(-std::abs(double(a))))); }
inline float Power(float a, float b) { return static_cast<float>(std::pow(double(a), double(b))); }
inline float ArcTangent2(float a, float b) { return static_cast<float>(std::atan2(double(a), double(b))); }
}  // namespace latently
