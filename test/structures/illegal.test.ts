/** What must be refused, by code and by text. The mistakes that `test/dsl/` holds are not repeated here. */
import { batches } from "./illegal/batches.js"
import { estimators } from "./illegal/estimators.js"
import { given } from "./illegal/given.js"
import { guides } from "./illegal/guides.js"
import { kinds } from "./illegal/kinds.js"
import { language } from "./illegal/language.js"
import { meeting } from "./illegal/meeting.js"
import { objectives } from "./illegal/objectives.js"
import { options } from "./illegal/options.js"
import { plates } from "./illegal/plates.js"
import { sums } from "./illegal/sums.js"
import { supports } from "./illegal/supports.js"
import { values } from "./illegal/values.js"
import { illegalStructures } from "./mistake.js"

illegalStructures("mistakes of the language", language)
illegalStructures("names and values that are none", kinds)
illegalStructures("mistakes of values", values)
illegalStructures("values given by handlers", given)
illegalStructures("mistakes of plates", plates)
illegalStructures("mistakes of batches, masks and scales", batches)
illegalStructures("guides that do not cover", guides)
illegalStructures("guides that leave the support", supports)
illegalStructures("estimators that cannot be", estimators)
illegalStructures("sums that are not the marginal", sums)
illegalStructures("rows that meet", meeting)
illegalStructures("objectives that do not apply", objectives)
illegalStructures("mistakes of options and steps", options)
