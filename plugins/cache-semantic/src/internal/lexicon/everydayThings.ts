/**
 * More groups of the everyday, as in `actions.ts`: British and American names, long forms and short ones, nouns and the
 * verbs they come from. A member must be the same thing, not a kind of it: where one of two words may also be something
 * else that people ask about (sea and ocean, class and course, drug and medicine), they are not here.
 */
export const everydayThings = `
boil point, boiling point
freeze point, freezing point
melt point, melting point
autumn, fall season
zucchini, courgette
eggplant, aubergine
cilantro, coriander leaf, fresh coriander
arugula, rocket salad, rocket leaf
scallion, spring onion, green onion
chickpea, garbanzo, garbanzo bean
shrimp, prawn
ground beef, minced beef, beef mince
all purpose flour, plain flour
powdered sugar, icing sugar, confectioner sugar
cornstarch, cornflour
baking soda, bicarbonate of soda, sodium bicarbonate
heavy cream, double cream
bell pepper, sweet pepper, capsicum
frying pan, skillet, fry pan
cast iron pan, cast iron skillet, cast iron frying pan
stove, hob, cooktop, stovetop
oven, cooker oven
broiler, oven grill
saucepan, cooking pot
washing machine, washer, clothes washer
tumble dryer, clothes dryer
vacuum cleaner, hoover
flashlight, electric torch
diaper, nappy
stroller, pushchair, baby buggy
pacifier, baby dummy
crib, baby cot
sidewalk, pavement
crosswalk, zebra crossing, pedestrian crossing
highway, motorway, freeway
parking lot, car park
license plate, number plate
windshield, windscreen
car trunk, car boot
car hood, car bonnet
driver license, driving license, driver's license, driver's licence, driving licence
gas station, petrol station, filling station
subway, underground train, metro train
train station, railway station
luggage, baggage
hand luggage, carry on, carry on bag, carry on luggage, cabin bag, hand baggage
boarding pass, boarding card
jet lag, jetlag
itinerary, travel plan
accommodation, place to stay
tourist attraction, sight to see, tourist sight, attraction, tourist spot
road trip, car trip
pharmacy, drugstore, chemist shop
emergency room, er, a and e, emergency department
general practitioner, gp, family doctor, primary care doctor
pediatrician, paediatrician
paracetamol, acetaminophen, tylenol
ibuprofen, advil
flu, influenza
fever, high temperature
diarrhea, diarrhoea, loose stool
constipation, being constipated
heartburn, acid reflux
insomnia, sleeplessness, trouble sleeping, difficulty sleeping
nosebleed, nose bleed, bloody nose
hiccup, hiccough
sore throat, throat pain
back pain, backache, sore back
toothache, tooth pain, tooth ache
stuffy nose, blocked nose, congested nose
runny nose, dripping nose
dandruff, flaky scalp
pimple, zit
bruise, contusion
shingles, herpes zoster
chickenpox, varicella
kidney stone, renal calculus
kidney failure, renal failure
low blood sugar, hypoglycemia, hypoglycaemia
high blood sugar, hyperglycemia, hyperglycaemia
low blood pressure, hypotension
anemia, anaemia
leukemia, leukaemia
side effect, adverse effect, adverse reaction
blood test, blood work
vaccine, jab
painkiller, pain reliever, pain killer, analgesic
heart rate, pulse rate
sleep apnea, sleep apnoea
red blood cell, erythrocyte
white blood cell, leukocyte
collarbone, clavicle
kneecap, patella
shinbone, tibia
thighbone, femur
windpipe, trachea
belly button, navel
tummy, belly, abdomen
soccer match, soccer game
soccer, association football
table tennis, ping pong
movie theater, cinema
tv show, television show, tv series, television series, tv program
lyric, song word
last name, surname, family name
first name, given name, forename
zip code, postcode, postal code
cell phone number, mobile number, mobile phone number
text message, sms
voicemail, voice mail
wifi, wi fi, wireless internet
usb stick, flash drive, thumb drive, usb flash drive, usb drive
hard drive, hard disk
ram, random access memory
ssd, solid state drive
screenshot, screen shot, screen capture, print screen
keyboard shortcut, hotkey, shortcut key
source code, program code
text file, plain text file
spreadsheet, spread sheet
slideshow, slide show, slide deck
user interface, ui
user experience, ux
command line, cli, command prompt, terminal
graphical user interface, gui
virtual machine, vm
continuous integration, ci
test driven development, tdd
object oriented programming, oop
garbage collector, gc
environment variable, env var, env variable
stored procedure, stored proc
whitespace, white space
newline, line break, new line
timestamp, time stamp
linked list, linkedlist
hash map, hashmap
binary search tree, bst
breadth first search, bfs
depth first search, dfs
big o notation, big oh notation
parameter, param
arguments, args
config, config file, configuration file
dependency, dependent package
package manager, package management tool
unit test, unit testing
exception, runtime exception
cross site scripting, xss
cross site request forgery, csrf
sql injection, sql injection attack
two factor authentication, 2fa, two step verification
multi factor authentication, mfa
single sign on, sso
virtual private network, vpn
internet of thing, iot
augmented reality, ar
virtual reality, vr
natural number, counting number
prime number, prime
pythagorean theorem, pythagoras theorem
standard deviation, std dev
greatest common divisor, gcd, highest common factor, greatest common factor
least common multiple, lcm, lowest common multiple
least common denominator, lowest common denominator
right triangle, right angled triangle
rectangular prism, cuboid
circumference, perimeter of circle
mean value, arithmetic mean
maths, math, mathematics
geography, geographical science
economics, economic science
roman empire, empire of rome
american civil war, us civil war
russian revolution, bolshevik revolution
black death, bubonic plague
renaissance, renaissance period
middle ages, medieval period, medieval time, medieval era
industrial revolution, industrial age
stone age, stone age period
cold war, cold war era
moon landing, lunar landing
small business, small company
startup, start up company
self employed, freelance, freelancer
value added tax, vat
gross domestic product per capita, gdp per capita
small claims court, small claim court
income tax return, tax return
power of attorney, poa
non disclosure agreement, nda
intellectual property, ip right
last will, will and testament, last will and testament
tenancy agreement, rental agreement, lease agreement, rental contract
landlord, landlady
tenant, renter
real estate agent, estate agent, realtor
roommate, flatmate, housemate
maternity leave, maternal leave
sick leave, sick pay leave
paid time off, pto
annual leave, vacation day, holiday allowance
human resources, hr
return on investment, roi
key performance indicator, kpi
search engine optimization, seo
profit margin, margin of profit
balance sheet, statement of financial position
income statement, profit and loss statement
mission statement, company mission
business plan, plan for business
marketing plan, marketing strategy
target audience, target group
elevator pitch, short pitch
job offer, offer of employment
job description, description of job
time zone, timezone
lifespan, life expectancy, life span
ingredient, what go into, what go in
solar power, solar energy
wind power, wind energy
nuclear power, nuclear energy
electric car, electric vehicle, ev
greenhouse gas, ghg
carbon dioxide, co2
carbon monoxide, co gas
northern lights, aurora borealis
southern lights, aurora australis
shooting star, meteor
milky way, milky way galaxy
christmas, xmas
mother day, mothering sunday
fancy dress, costume party
birthday party, birthday celebration
bachelor party, stag party, stag do
bachelorette party, hen party, hen do
tuxedo, dinner jacket
sneaker, trainer shoe, running shoe
sweater, jumper, pullover
swimsuit, bathing suit, swimming costume
bathrobe, dressing gown
hairdresser, hair stylist
mold, mould
tire, tyre
curb, kerb
cozy, cosy
plow, plough
jewelry, jewellery
aluminum foil, tin foil, aluminium foil
plastic wrap, cling film, saran wrap
thumbtack, drawing pin
ladybug, ladybird
raccoon, racoon
hippo, hippopotamus
rhino, rhinoceros
chimp, chimpanzee
`
