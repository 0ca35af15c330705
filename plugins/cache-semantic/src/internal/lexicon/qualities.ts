/** Adjectives and adverbs that mean the same in a question, as in `actions.ts`. Opposites never share a line. */
export const qualityGroups = `
big, large
huge, enormous, gigantic, massive
small, little
tiny, minuscule
fast, quick, rapid, quickly, rapidly, speedy, swiftly, fast way
slow, slowly
easy, simple, straightforward, easily, simply, in simple terms, in simple language, in plain english, in plain language, in layman term, in easy term, in simple word, for layperson, in easy to understand terms, in easy to understand way, in a way that is easy to understand
difficult, hard, challenging, tough, tricky
cheap, inexpensive, affordable, cheaply, low cost, budget friendly, on a budget
expensive, costly, pricey
good, great, excellent
bad
harmful, damaging, detrimental
important, crucial, essential, vital, significant, importance of, importance, matter, significance of, significance
famous, well known, renowned, celebrated
popular, well liked
smart, intelligent, clever
dumb, stupid
happy, glad
sad, unhappy
angry, mad at
tired, exhausted, fatigued, feel tired, feel exhausted, feeling tired
sick, ill, unwell
rich, wealthy, affluent
strange, weird, odd
wrong, incorrect
correct, accurate
main, mainly, primarily, primary, principal, chief, major
current, currently, at the moment, right now, present day, nowadays, these days, at present, now, as of now, at this moment
latest, newest, most recent, most new
recent, recently, lately
old, ancient
new, brand new
entire, whole
free, at no cost, without paying, free of charge, for free, without spending money
safe, safely
dangerous, hazardous, unsafe, risky
healthy, healthful, good for your health, good for my health, good for you
unhealthy, bad for your health, bad for my health, bad for you
possible, feasible
impossible
legal, lawful
illegal, unlawful, against law
necessary, obligatory, mandatory
effective, effectively
efficient, efficiently
blue
red
common, frequent, commonly, frequently
rare, uncommon
strong, powerful
weak, feeble
beautiful, gorgeous
ugly
loud, noisy
quiet, silent
cold, chilly
hot
warm
dry
wet
full
empty
early
late
high, tall
low
long
short, brief, concise, briefly, in brief, in a nutshell, in short
deep
shallow
wide
narrow
heavy
light
clean
dirty
alone, by myself, on my own, by yourself
together, jointly
online, on internet, over internet, on web, via internet
offline
at home, from home
abroad, overseas
permanently, for good, forever
temporarily, for a while
automatically, automatic
manually, by hand
properly, correctly, right way, correct way, in right way
daily, every day, each day, per day
weekly, every week, each week, per week, once a week
monthly, every month, each month, per month, once a month
yearly, every year, each year, per year, annually, annual, once a year
today
tonight
tomorrow
yesterday
naturally, natural, without medication
professional, professionally
formal, formally
polite, politely, courteous
funny, humorous
scary, frightening
delicious, tasty
fluent, fluently
spicy
vegan, plant based
vegetarian, meat free, meatless
gluten free, without gluten
`
