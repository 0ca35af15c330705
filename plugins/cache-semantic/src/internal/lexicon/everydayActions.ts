/** More verbs and qualities of the everyday, as in `everydayThings.ts`. */
export const everydayActions = `
fix flat tire, change flat tire, repair flat tire, replace flat tire, mend flat tire
vacuum, hoover up
tidy, tidy up
babysit, look after child
apologize, say sorry, make apology
congratulate, say congratulations to
complain, make complaint, lodge complaint, file complaint
sue, take to court, file lawsuit against
inherit, come into inheritance
register company, incorporate company
lay off, make redundant
postpone, put off, delay
check in, checking in
check out, checking out
hitchhike, thumb ride
commute, travel to work
investigate, look into
participate, take part
volunteer, do volunteer work
donate, give to charity, donation
subtract, take away from
multiply, multiplication of
divide, division of
integrate, integration of
differentiate, take derivative of, find derivative of
round off, rounding off
comment out, commenting out
refactor, refactoring
initialize, instantiate
throw error, raise error
throw exception, raise exception
catch exception, handle exception, exception handling
catch error, handle error, error handling
squash commit, squash commits
undo, revert back
schedule job, schedule task
preheat, pre heat
whisk, beat with whisk
caramelize, caramelise
marinate, marinade
peel, peeling
poach, poaching
simmer, simmering
roast, roasting
prune, pruning
fertilize, fertilise, fertilization
germinate, germination
pollinate, pollination
hibernate, hibernation
evaporate, evaporation
condense, condensation
melt, melting
dissolve, dissolving
digest, digestion
snore, snoring
sneeze, sneezing
cough, coughing
yawn, yawning
sweat, perspire, sweating
bully, bullying
procrastinate, procrastination, procrastinating
delegate, delegation of
brainstorm, brainstorming
proofread, proofreading
paraphrase, reword, rephrase
cite, citation of
`
export const everydayQualities = `
harmless, not harmful
waterproof, water proof
crunchy, crispy
lactose free, without lactose
dairy free, without dairy, non dairy
sugar free, without sugar
cheap and easy, easy and cheap
step by step, one step at a time
in detail, in depth, detailed
worldwide, all over world
nationwide, all over country
overnight, during night
indoors, inside house
outdoors, in open air
underwater, under water
lonely, feeling lonely
shy, bashful
brave, courageous
rude, impolite
generous, openhanded
stubborn, obstinate
jealous, envious
afraid, scared
bored, feel bored
confident, self confident, self assured
overweight, too heavy
bald, hairless
pregnant, expecting baby, with child
blind, unable to see
deaf, unable to hear
left handed, left hander
nonstick, non stick
secondhand, second hand, pre owned
broken, not working, out of order
invisible, not visible
mandatory by law, required by law, legally required
tax deductible, deductible from tax
tax free, exempt from tax
full time, fulltime
`
