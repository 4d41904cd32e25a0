// What a line of an elementwise instruction in double precision can be: name, operands, cost, and the function on blocks. A
// line's code is its place here. Results are those of TensorFlow's CPU kernels for float64; truth values are 0 and 1.
// Left out: the mathematics. Next: `double-exponential.h`, `double-special.h`.
#pragma once
#include <vector>

#include "double-exponential.h"
#include "double-special.h"

namespace latently {
namespace doubles {

// `number` has no function: it is a value, not work. Its operands a and b are the lower and the upper half of the double.
struct Operation {
  const char* name;
  int operands;
  // Nanoseconds an element, roughly: what chunks are weighed by.
  float cost;
  Line run;
};

constexpr float cheap = 0.15f;

inline const std::vector<Operation>& Operations() {
  static const std::vector<Operation> operations = {
      {"number", 0, 0, nullptr},
      {"move", 1, cheap, Each<Move>::run},
      {"roundToFloat", 1, cheap, Each<RoundToFloat>::run},
      {"add", 2, cheap, Each<Add>::run},
      {"subtract", 2, cheap, Each<Subtract>::run},
      {"multiply", 2, cheap, Each<Multiply>::run},
      {"divide", 2, 0.5f, Each<Divide>::run},
      {"divideNoNan", 2, 0.5f, Each<DivideNoNan>::run},
      {"multiplyNoNan", 2, cheap, Each<MultiplyNoNan>::run},
      {"multiplyAdd", 3, cheap, Each<MultiplyAdd>::run},
      {"maximum", 2, cheap, Each<Maximum>::run},
      {"minimum", 2, cheap, Each<Minimum>::run},
      {"power", 2, 20, Each<Power>::run},
      {"negate", 1, cheap, Each<Negate>::run},
      {"absolute", 1, cheap, Each<Absolute>::run},
      {"square", 1, cheap, Each<Square>::run},
      {"squaredDifference", 2, cheap, Each<SquaredDifference>::run},
      {"squareRoot", 1, 0.7f, Each<SquareRoot>::run},
      {"reciprocalSquareRoot", 1, 1.2f, Each<ReciprocalSquareRoot>::run},
      {"reciprocal", 1, 0.5f, Each<Reciprocal>::run},
      {"exponential", 1, 1, Each<Exponential>::run},
      {"exponentialMinusOne", 1, 1, Each<ExponentialMinusOne>::run},
      {"logarithm", 1, 1, Each<Logarithm>::run},
      {"logarithmOnePlus", 1, 1.5f, Each<LogarithmOnePlus>::run},
      {"tanh", 1, 1.5f, Each<HyperbolicTangent>::run},
      {"sigmoid", 1, 1.5f, Each<Sigmoid>::run},
      {"softplus", 1, 3, Each<Softplus>::run},
      {"sine", 1, 10, Each<Sine>::run},
      {"cosine", 1, 10, Each<Cosine>::run},
      {"tangent", 1, 15, Each<Tangent>::run},
      {"arcsine", 1, 10, Each<ArcSine>::run},
      {"arccosine", 1, 10, Each<ArcCosine>::run},
      {"arctangent", 1, 10, Each<ArcTangent>::run},
      {"sinh", 1, 10, Each<HyperbolicSine>::run},
      {"cosh", 1, 10, Each<HyperbolicCosine>::run},
      {"asinh", 1, 10, Each<InverseHyperbolicSine>::run},
      {"acosh", 1, 10, Each<InverseHyperbolicCosine>::run},
      {"atanh", 1, 10, Each<InverseHyperbolicTangent>::run},
      {"arctangent2", 2, 20, Each<ArcTangent2>::run},
      {"floor", 1, cheap, Each<Floor>::run},
      {"ceiling", 1, cheap, Each<Ceiling>::run},
      {"round", 1, cheap, Each<Round>::run},
      {"sign", 1, cheap, Each<Sign>::run},
      {"relu", 1, cheap, Each<Relu>::run},
      {"reluGradient", 2, cheap, Each<ReluGradient>::run},
      {"modulo", 2, 10, Each<Modulo>::run},
      {"floorModulo", 2, 10, Each<FloorModulo>::run},
      {"floorDivide", 2, 0.7f, Each<FloorDivide>::run},
      {"isNan", 1, cheap, Each<IsNan>::run},
      {"isFinite", 1, cheap, Each<IsFinite>::run},
      {"isInfinite", 1, cheap, Each<IsInfinite>::run},
      {"errorFunction", 1, 10, Each<ErrorFunction>::run},
      {"complementaryErrorFunction", 1, 15, Each<ComplementaryErrorFunction>::run},
      {"inverseErrorFunction", 1, 15, Each<InverseErrorFunction>::run},
      {"normalQuantile", 1, 15, Each<NormalQuantile>::run},
      {"logGamma", 1, 20, Each<LogGamma>::run},
      {"digamma", 1, 20, Each<Digamma>::run},
      {"polygamma", 2, 150, Each<Polygamma>::run},
      {"zeta", 2, 150, Each<Zeta>::run},
      {"incompleteGamma", 2, 150, Each<IncompleteGamma>::run},
      {"complementaryIncompleteGamma", 2, 150, Each<ComplementaryIncompleteGamma>::run},
      {"gammaSampleGradient", 2, 200, Each<GammaSampleGradient>::run},
      {"incompleteBeta", 3, 300, Each<IncompleteBeta>::run},
      {"besselI0e", 1, 150, Each<BesselI0e>::run},
      {"besselI1e", 1, 150, Each<BesselI1e>::run},
      {"less", 2, cheap, Each<Less>::run},
      {"lessEqual", 2, cheap, Each<LessEqual>::run},
      {"greater", 2, cheap, Each<Greater>::run},
      {"greaterEqual", 2, cheap, Each<GreaterEqual>::run},
      {"equal", 2, cheap, Each<Equal>::run},
      {"notEqual", 2, cheap, Each<NotEqual>::run},
      {"and", 2, cheap, Each<And>::run},
      {"or", 2, cheap, Each<Or>::run},
      {"not", 1, cheap, Each<Not>::run},
      {"select", 3, cheap, Each<Select>::run},
      {"xlogy", 2, 1.5f, Each<TimesLogarithm>::run},
      {"xlog1py", 2, 2, Each<TimesLogarithmOnePlus>::run},
  };
  return operations;
}

}  // namespace doubles

// The names in the order of their codes.
inline const std::vector<const char*>& DoubleOperationNames() {
  static const std::vector<const char*> names = [] {
    std::vector<const char*> list;
    for (const auto& operation : doubles::Operations()) list.push_back(operation.name);
    return list;
  }();
  return names;
}

}  // namespace latently
