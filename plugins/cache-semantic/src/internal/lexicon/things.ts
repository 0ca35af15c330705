/**
 * Nouns that mean the same in a question, as in `actions.ts`. Also abbreviations whose long form nobody takes for
 * something else. Kept apart: whole and part, kind and example, near neighbours (laptop and computer).
 */
export const thingGroups = `
benefit, advantage, pro, upside, perk, plus side, positive aspect, good thing about, health benefit of
drawback, disadvantage, con, downside, shortcoming, negative aspect, bad thing about
symptom, sign, warning sign, telltale sign
effect, consequence, impact, result, outcome, repercussion
difference, distinction, differ from and, different from and, differ, different, distinguish, set apart, contrast between
similarity, common ground, have in common, similar
example, instance, sample, for example
definition, meaning
purpose, point, aim, goal, objective
kind, type, category, variety, sort of, form of
feature, characteristic, trait, attribute
part, component, element, constituent
step, stage, phase
reason, rationale
cost, price, expense, fee, how expensive
size, how big, how large, dimension
wealth, net worth, how rich be
lot, lot of
height, how tall, how high, elevation
length
duration
depth, how deep
width, how wide
weight, how heavy
age, how old
speed, how fast, velocity, how quickly
distance, how far, how far away, how far apart
temperature, how hot
population, number of people in, number of inhabitant of, number of resident of, how many people live in, how many inhabitant do have, how many people be there in, how many people reside in, how many resident in, number of people living in
currency, money use in, kind of money
capital, capital city, seat of government
language
boss, manager, supervisor
colleague, coworker, co worker
company, business, firm, corporation
job, occupation, employment
salary, pay packet, wage
interview, job interview
responsibility, duty
resume, cv, curriculum vitae
cover letter, application letter
child, kid, youngster
baby, infant, newborn
toddler
teenager, teen, adolescent
adult, grown up
elderly, senior citizen, old people, older adult, older people, senior
people, person, human, human being, individual, folk, somebody, someone
mother, mom, mum, mommy
father, dad, daddy
grandmother, grandma, granny
grandfather, grandpa
husband, male spouse
wife, female spouse
dog, pup
puppy
cat, feline
kitten
doctor, physician
lawyer, attorney, solicitor
teacher, educator
student, pupil, learner
beginner, novice, newbie, newcomer
movie, film, motion picture
picture, photo, photograph, pic
television, tv, telly
phone, telephone
mobile phone, cell phone, cellphone, smartphone
computer, pc
laptop, notebook computer
app, application
website, site, web site
webpage, web page
internet, web, world wide web
email, e mail, mail message
password, passcode, login password, forgotten password, lost password
account
folder, directory
database, db
repository, repo
environment, env
integer, int, whole number
boolean, bool
regex, regular expression, regexp
javascript, js
typescript, ts
kubernetes, k8s
postgres, postgresql
golang, go language, go programming language
api, application programming interface
ai, artificial intelligence
ml, machine learning
llm, large language model
nlp, natural language processing
gpu, graphics card, video card
cpu, processor
operating system, os
url, web address
pull request, pr
array, arr
dictionary, dict
duplicate, duplicate element, duplicate value, duplicate entry, duplicate item, repeated element, repeated value
uk, united kingdom, u.k.
usa, united state, us of a, united state of america, u.s., u.s.a.
eu, european union
un, united nation
nyc, new york city
uae, united arab emirate
ww1, wwi, world war 1, world war i, first world war, 1st world war, world war one
ww2, wwii, world war 2, world war ii, second world war, 2nd world war, world war two
covid, covid 19, coronavirus
dna, deoxyribonucleic acid
gdp, gross domestic product
ceo, chief executive officer, chief executive
faq, frequently asked question
diy, do it yourself
refrigerator, fridge
airplane, plane, aeroplane, aircraft
bicycle, bike
motorcycle, motorbike
car, automobile
gasoline, petrol
truck, lorry
bathroom, restroom, washroom
rubbish, garbage, trash
sofa, couch
faucet, tap water outlet
elevator, lift machine
vacation, holiday trip
beach vacation, beach holiday
summer vacation, summer holiday
family vacation, family holiday
vacation abroad, holiday abroad
trip, journey to
ocean
earth, planet earth
universe, cosmos
climate change, global warming
sun, star at center of solar system
medicine, medication
illness, disease, sickness, ailment
headache, head pain
stomachache, stomach ache, upset stomach, tummy ache
heart attack, myocardial infarction
stroke, brain attack
high blood pressure, hypertension
exercise, physical activity, physical exercise, workout, work out, working out, regular exercise, exercise regularly, exercise
diet, eating plan
food, foodstuff
meal
breakfast, morning meal
dinner, evening meal, supper
recipe
steak
gift, present for
party
flight, plane ticket, airfare, air ticket
hotel
passport
visa
invoice
tax
loan
mortgage, home loan
bank account
credit card
credit score, credit rating
interest rate
stock, share of company
bond
cryptocurrency, crypto
bitcoin, btc
mistake, error make
error, error message
problem, issue, trouble
question
idea, thought
topic, subject
essay, composition
article, piece of writing
story, tale
poem, piece of poetry
novel
song, tune
speech, public address
paragraph
letter, missive
text, passage
report card
conclusion
synonym, word that mean same
antonym, opposite of
plural, plural form
weather, weather forecast, forecast
rain, rainfall
snow, snowfall
earthquake, seismic event
volcano
mountain, mount, mt
river
country, nation
city, metropolis
town
village
street
house, home
apartment
room
garden, yard
tree
flower, blossom
plant
houseplant, indoor plant
bird
fish
insect
war, armed conflict
battle
king
queen
president
prime minister, pm
government
law, legislation
right to
rule, regulation
religion, faith
god
culture
tradition
history, historical background, story behind, past of
art
music
sport
team
player
match
world
life
death
love
friend, buddy, pal
partner
relationship
marriage
divorce
wedding
funeral
skill, ability
talent
knowledge
education
school
university, college
degree
course
exam, test paper
homework, home assignment
quantum computing, quantum computer
blockchain, blockchain technology
neural network, neural net
photosynthesis, process of photosynthesis
inflation, price inflation, rising price
recession, economic downturn
unemployment, joblessness
vitamin c, ascorbic acid
water, h2o
salt, table salt, sodium chloride
sugar
alcohol, alcoholic drink, booze
coffee, cup of coffee
tea, cup of tea
egg, chicken egg
rice
bread
`
