/** Irregular forms. A line: the basic form, then its past forms; `|` parts what can be a participle only. */
export const verbForms = `
hang hung|
stick stuck|
sweep swept|
shrink shrank|shrunk
bite bit|bitten
tear tore|torn
swear swore|sworn
shake shook|shaken
spread |
shut |
split |
burst |
cast |
quit |
bend bent|
creep crept|
weep wept|
dig dug|
spin spun|
swing swung|
cling clung|
fling flung|
sting stung|
shine shone|
slide slid|
feed fed|
bleed bled|
breed bred|
lead led|
read |
seek sought|
ring rang|rung
spring sprang|sprung
stink stank|stunk
mistake mistook|mistaken
forbid forbade|forbidden
forgive forgave|forgiven
weave wove|woven
strike struck|stricken
beat |beaten
blow blew|blown
deal dealt|
dream dreamt|
burn burnt|
spill spilt|
spoil spoilt|
smell smelt|
kneel knelt|
leap leapt|
lean leant|
sew |sewn
sow |sown
mow |mown
prove |proven
undo undid|undone
redo redid|redone
overcome overcame|
withdraw withdrew|withdrawn
rewrite rewrote|rewritten
rebuild rebuilt|
overwrite overwrote|overwritten
override overrode|overridden
be was were|been
do did|done
have had|
go went|gone
write wrote|written
win won|
take took|taken
give gave|given
make made|
get got|gotten
find found|
buy bought|
sell sold|
build built|
begin began|begun
break broke|broken
bring brought|
catch caught|
choose chose|chosen
come came|
cost |
draw drew|drawn
drink drank|drunk
drive drove|driven
eat ate|eaten
fall fell|fallen
feel felt|
fight fought|
fly flew|flown
forget forgot|forgotten
freeze froze|frozen
grow grew|grown
hear heard|
hide hid|hidden
hold held|
keep kept|
know knew|known
lay laid|
learn learnt|
leave left|
lend lent|
lose lost|
mean meant|
meet met|
pay paid|
ride rode|ridden
rise rose|risen
run ran|
say said|
see saw|seen
send sent|
shoot shot|
show |shown
sing sang|sung
sink sank|sunk
sit sat|
sleep slept|
speak spoke|spoken
spend spent|
stand stood|
steal stole|stolen
swim swam|swum
teach taught|
tell told|
think thought|
throw threw|thrown
understand understood|
wake woke|woken
wear wore|worn
bear bore|
born |born
tie tied|
die died|
lie lied|
`

export const nounForms = `
person persons
child children
man men
woman women
foot feet
tooth teeth
goose geese
mouse mice
life lives
knife knives
leaf leaves
wife wives
wolf wolves
half halves
shelf shelves
loaf loaves
potato potatoes
tomato tomatoes
hero heroes
virus viruses
bus buses
status statuses
bonus bonuses
campus campuses
movie movies
cookie cookies
calorie calories
zombie zombies
selfie selfies
smoothie smoothies
tie ties
pie pies
cache caches
ache aches
headache headaches
axe axes
shoe shoes
index indices indexes
matrix matrices
vertex vertices
analysis analyses
crisis crises
cactus cacti
fungus fungi
criterion criteria
phenomenon phenomena
bacterium bacteria
database databases
gas gases
lens lenses
quiz quizzes
`

/** Words that end like plurals and are none, or that stay as they are. */
export const unchanged = new Set(
  `tired news physics mathematics maths economics politics statistics always perhaps this his its yes plus minus versus us as is was has does
ies series species kubernetes redis postgres windows texas paris vegas mars venus uranus christmas sometimes besides across less unless
thus bus gas lens basis chess business process address access success class glass grass mass pass press stress dress loss boss cross
wireless homeless illness happiness sickness james charles jesus corps means diabetes rabies wales brussels los angeles athens
lower during thing nothing something anything everything morning evening king ring string spring wing sing bring sibling ceiling wedding building
meeting beijing viking pudding bed red need seed speed feed weed hundred sacred naked united indeed exceed proceed succeed breed bleed
embed led shed kindred boring interesting amazing missing according ring sting swing ping being seeing`.split(/\s+/),
)

/** Adjectives whose -er and -est mean more and most. */
export const gradable = new Set(
  `big large small little tall short long high low fast slow quick old young new late early easy hard tough simple cheap pricey costly
rich poor strong weak heavy light deep shallow wide narrow hot cold warm cool dry wet clean dirty loud quiet dark bright safe happy sad
healthy smart dumb clever busy near close far thick thin soft rough smooth sharp great nice kind fresh tasty spicy sweet sour bitter
pretty ugly funny scary crazy lazy noisy lonely lovely friendly tiny huge large rare common dense pure full strict steep mild calm
wealthy deadly hardy sunny rainy windy snowy cloudy fit lean few grey black white green blue red brave bold dull fair firm flat fancy
gentle hungry odd polite proud rude sick silly sleepy slim sticky sturdy tidy tight tiny weird wise young bulky risky`.split(
    /\s+/,
  ),
)
