/** More groups as in `actions.ts`: verbs of everyday requests, and the nouns that are made of verbs. */
export const commonActions = `
prove, give proof of, give proof that, proof of, show proof that
undo, take back, roll back
refund, reimburse
repay, pay off, pay back
place order, make order, put in order for
look after, take care of, care for
take off, lift off
throw away, throw out, discard, dispose of, get rid
pick up, collect
turn down, decline, reject, refuse
bring up, mention
hand in, turn in, submit, submission of
fill in, fill out, complete form
rewrite, rework
abbreviate
pay attention
hurry, hurry up
rinse, rinsing
chop, cut up, dice
mix, stir together, mixing
grill, barbecue, bbq, grilling
reheat, reheating
brew, brewing
ferment, fermentation
pickle, pickling
preserve, preservation
refrigerate, put in fridge, store in fridge, keep in fridge
sharpen, sharpening
hang, hanging
drill, drilling
assemble, put together furniture, assembly of
disassemble, take apart, dismantle
insulate, insulation of
polish, polishing
mop, mopping
declutter, decluttering
decorate, decoration of
renovate, renovation of, remodel
repot, repotting
transplant, transplanting
mow, mowing
groom, grooming
housebreak, house train, potty train, toilet train
breed, breeding
jog, jogging
hike, hiking
stretch, stretching
climb, climbing
dive, diving
surf, surfing
skate, skating
sing, singing
dance, dancing
juggle, juggling
crop, cropping
resize, change size of, resizing
scan, scanning
sync, synchronize, synchronization of
scrape, scraping
crawl, crawling
mock, mocking
benchmark, benchmarking
paginate, pagination
authenticate, authentication of
authorize, authorization of
tokenize, tokenization
normalize, normalization
serialize, serialization of
deserialize, deserialization of
flatten, flattening
join, joining
aggregate, aggregation
escape, escaping
trim, trimming
initialize, initialise, initialization of
declare, declaration of
override, overriding
overload, overloading
inherit, inheritance of
extend, extension of
dereference
allocate, allocation of
deallocate, free memory
lint, linting
minify, minification
transpile, transpilation
containerize, dockerize
provision, provisioning
rebase, rebasing
stash, stashing
cherry pick
factor, factorize, factorise, factoring, factorization of
simplify, simplification of
estimate, estimation of
approximate, approximation of
derive, derivation of
refinance, refinancing
insure, insuring
incorporate, incorporation of
outsource, outsourcing
onboard, onboarding
appeal, file appeal against, lodge appeal against
evict, eviction of
sublet, subletting
divorce, get divorced, get divorce
flirt, flirting
forgive, forgiveness
comfort, console
cheer up
encourage, encouragement of
discipline, disciplining
wean, weaning
tutor, tutoring
cheat, cheating
pray, praying
vape, vaping
overthink, overthinking
worry, worrying
argue, arguing
binge, binge eat, binge eating
detox, detoxing
floss, flossing
shave, shaving
moisturize, moisturizing
exfoliate, exfoliation
dye, dyeing, color hair
braid, braiding, plait
pierce, piercing
immigrate, immigration
emigrate, emigration
colonize, colonization
invade, invasion of
conquer, conquest of
abolish, abolition of
unify, unification of
assassinate, assassination of
overthrow, toppling of
collapse, collapsing
erupt, eruption of
explode, explosion of
orbit, orbiting
rotate, rotation of
reflect, reflection of
absorb, absorption of
`
