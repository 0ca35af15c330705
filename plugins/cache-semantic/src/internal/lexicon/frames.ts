const subjects = ["i", "you", "we", "one", "people", "someone", "a person", "a user", "somebody"]
const doers = ["do", "can", "could", "should", "would", "might", "may"]

const howFrames = subjects.flatMap((subject) =>
  doers.flatMap((doer) => {
    const start = `how ${doer} ${subject}`
    return [start, `${start} go about`, `${start} best`, `${start} manage to`, `${start} be able to`]
  }),
)
const whereFrames = subjects.flatMap((subject) => ["do", "can", "could"].map((doer) => `where ${doer} ${subject}`))

const ways = ["way", "method", "approach", "technique", "strategy", "process", "procedure", "command"]
const good = [
  "",
  "best ",
  "good ",
  "right ",
  "correct ",
  "proper ",
  "recommended ",
  "effective ",
  "some ",
  "some good ",
  "some effective ",
]
const asks = ["what be ", "be there ", "be there any ", "what ", ""]
const wayFrames = ways.flatMap((way) =>
  good.flatMap((quality) =>
    asks.flatMap((ask) =>
      ["to", "of", "for", "for me to", "i can", "that i can", "in which i can", "to go about"].map(
        (end) => `${ask}${quality}${way} ${end}`,
      ),
    ),
  ),
)
const advice = [
  "tip",
  "advice",
  "suggestion",
  "pointer",
  "strategy",
  "trick",
  "guidance",
  "instruction",
  "step",
  "guide",
  "tutorial",
  "recommendation",
]
const adviceFrames = advice.flatMap((word) =>
  [
    "",
    "what be ",
    "what be some ",
    "some ",
    "what be good ",
    "some good ",
    "what be best ",
    "what be your best ",
  ].flatMap((ask) =>
    ["for", "on", "to", "on how to", "about how to", "for how to", "require to", "involve in", "need to"].map(
      (end) => `${ask}${word} ${end}`,
    ),
  ),
)

/**
 * Ways to begin and to frame a question: what stands for them, `<-`, and phrases in basic forms without articles. `@…` is
 * the kind of question; `_` means that nothing is left. `~…` may be missing on the other side.
 */
export const frames = `
@howto <- how to, what step do i need to take to, what step should i take to, what step do i take to, what should i do to, what can i do to, what do i need to do to, what must i do to, what do i have to do to, what do i do to, what do it take to, what be involved in, teach me to, teach me how to, i want to learn how to, i want to learn to, i would like to learn how to, i would like to learn to, i want to, i need to, i would like to, i be trying to, i be looking to, i be looking for way to, i be looking for tip on, i do not know how to, i need help, need help, i need help with, need help with, how be it possible to, walk me through, walk me through process of, walk me through how to, walk me through step to, guide me through, take me through, be there anything i can do to, what will help me, what help, what help with, what would help me, explain how i can, what be key to, what be secret to, what should i know about how to, help with, i could use help, recipe for, what be recipe for, recipe to make, what be trick to, what be easy thing to do to, tell me how i can, show me how i can, whats way to, ${howFrames.join(", ")}, ${wayFrames.join(", ")}, ${adviceFrames.join(", ")}
@howto fast <- what be fast way to, what be quick way to, fast way to, quick way to, what be fast way of, fast way of
@howto easy <- what be easy way to, what be simple way to, easy way to, simple way to, easy way of, simple way of
@howto cheap <- what be cheap way to, cheap way to, cheap way of
@howto safe <- what be safe way to, safe way to, safe way of
@howto find <- what be formula for, formula for, what be formula to find, what be formula to calculate
check if <- tell when, know when, tell if, tell whether, know if, know whether, check if, check whether, determine if, determine whether, find out if, find out whether, see if, see whether, verify that, check that
@howmuch ~hour <- how many hour of
@what to… <- to what
@what from… <- from what
@what for… <- for what
@what with… <- with what
@what on… <- on what
@howto find <- how can i find out, how do i find out, how do you find out, how can you find out
@what <- what do you mean by
@when ~time <- what be current time, what be time right now, what time be it now, what be current local time
@remedy <- what should i do if, what can i do if, what do i do if, what do i do when, what should i do when, what can i do when, what to do if, what to do when, what should one do if, what should i do, what can i do, what do i do, what now, what to do, what can i do about it, what can i do about this, what should i do about it, how do i deal with it
@howto treat <- what help against, what be remedy for, remedy for, what can i take for, what can i do against
@when good <- when should i, when should one, when should you, when should we, when should people, what be best time to, what be best time of year to, when be best time to, when be best time of year to, what be good time to, what time of year be best to, when be good time to, what be best month to, when be best time for, what be best time for
@what happen <- which event take place, what event take place, what event happen, which event happen, what event occur, which event occur, what take place, what occur
@why should <- why should i, why should one, why should we, why should you, why should people, what be reason to, reason to, what be some reason to, what be good reason to, give me reason to, why would i
@howto <- what command, which command, what git command, which git command, what linux command, which linux command, what be command for, which shell command
fast <- as quickly as possible, as fast as possible, as soon as possible, in short time, in little time
language <- what language do people speak, which language do people speak, what language be spoken, which language be spoken, what language be speak, which language be speak, language spoken, language do they speak
@what <- suggest, recommend, recommend me, suggest me, any recommendation for, any suggestion for, do you have any suggestion for, do you have any recommendation for, do you have recommendation for, can you suggest, could you suggest, can you recommend, could you recommend, i need some, throw out some, come up with some, brainstorm, brainstorm some, help me come up with, i be after, what be few, what be couple of, give me few, give me couple of, give me handful of
@howto <- look for way to, look for tip on, any tip for, any tip on, any advice on, any advice for, got any tip for, got any tip on, do you have any tip for, do you have any tip on, do you have any advice on, do you have any advice for, what would be best way to, what be my option for, how would one go about, how do you go about, how does one go about, how do one go about, what do i do if i want to, what should i do if i want to, i be try to figure out how to, what be quick and easy way to, what do you recommend for, be there good way to, be there easy way to, what be process to, what do i have to do in order to, what do i need to do in order to, in order to, can you teach me how to, can you teach me to, could you teach me how to, what be best practice for, what be trick for, what be involve in, what procedure do i follow to, what be procedure to follow to, i need instruction on, i need instruction for, i need advice on, i need tip for, i need tip on, i need guidance on
@how <- explain how, describe how, what be mechanism of, what happen when, in what manner
fix <- correct
capital <- which city be capital, what city be capital, which city serve as capital, what city serve as capital, which city act as capital
currency <- what currency be use in, which currency be use in, what currency do use, what money be use in, what currency do people use in, what currency be use
@howto create <- recipe for, what be recipe for, what be good recipe for, give me recipe for
@where <- where, where to, in what place, in which place, what be location of, location of, what be whereabouts of, at which location, what place, what location, whereabouts, in what location, ${whereFrames.join(", ")}, where be good place to, what be good place to, where on map be, in what part of world
@when <- when, at what point, on what date, what date, on which date, what be date of, what be date when, when exactly
@when ~time <- what time, at what time, what be time of, what be time
@when ~year <- what year, which year, in what year, in which year, during what year, during which year, what be year of
@when ~day <- what day, which day, on what day, on which day
@when ~month <- what month, which month, in what month, in which month
@who <- which artist, which painter, which author, which writer, which composer, which scientist, which inventor, which explorer, which singer, what artist, what scientist, who, whom, which person, what person, what be name of person who, who be person who, who be person that, who be one who, what be identity of, by whom, who be it that, name person who, what be name of man who, what be name of woman who
@whose <- whose
@why <- why, what be reason for, what be reason that, what be reason why, what be reason behind, reason for, reason why, reason behind, how come, for what reason, what cause, what be cause of, cause of, what lead to, what make, why be it that, what be reason, what be explanation for, what explain, what bring about, what be behind, what trigger, what factor cause, what be responsible for, what factor lead to, what account for, what be rationale behind, what be rationale for
@howmany <- how many, what be number of, number of, what number of, what be total number of, total number of, what be count of
@howmuch <- how much, what amount of, what be amount of, what quantity of, amount of, quantity of
@howlong ~minute <- how many minute should i, how many minute do i, how many minute do it take to, how many minute do it take, how many minute do i need to
@howlong ~hour <- how many hour should i, how many hour do i, how many hour do it take to, how many hour do it take, how many hour do i need to
@howlong ~day <- how many day do it take to, how many day do it take
@what time zone <- what time zone be, what time zone, which time zone, which time zone be
@how work <- working principle of, work principle of, what be working principle of, what be work principle of, operating principle of, operate principle of, what be operate principle of, what be operating principle of, explain work principle of, explain working principle of
@howto <- how do i do it, how do i do that, how do i do this, how can i do it, how can i do that, how can i do this, how should i do it, how should i do that, how would i do it, how would i do that, how do you do it, how do you do that, how do one do it, how do one do that
@what good <- any good
@what signify <- full form of, what be full form of, what be long form of, long form of, what do abbreviation mean, what do acronym mean
rich in <- rich in, high in, full of, contain lot of, contain a lot of, have lot of, be packed with, packed with, be loaded with
_ <- you would recommend, you can recommend, you recommend, you know of, that you know, you can think of
need <- do i need, do one need
@howlong <- how long, how much time, what length of time, for how long, what amount of time, what be time need to, how much time do it take to, how long do it take to, how long do it take, what be time require to, how long should i, how long do i need to, how long do you, how long should you, how long do i
length <- how long be, duration of
@howoften <- how often, how frequently, how regularly, with what frequency, what be frequency of, how often should i, how often do i need to
@howlike <- how likely
@how <- how, in what way, what be way that, what be mechanism by which, what be mechanism behind, what be process by which, by what process, by what mean, in which way, through what process
@what <- what, which, what be name of, name of, what do you call, what be call, list, name, what be some, what be some good, give me some good, give me list of, list of, tell me about, what can you tell me about, what do you know about, give me information about, give me information on, information on, information about, i want to learn about, i would like to learn about, give me overview of, overview of, what exactly be, what kind of thing be, give me some, give me, give, mention, identify, state, provide list of, provide, what all, provide me with, share, provide list, enumerate, tell me, could i get, can i get, could i have, can i have, i be looking for, i need, i want, i would like, i be interested in, details on, detail about, teach me about, educate me about, educate me on, what would be, what could be, introduction to, give me introduction to, what be meant by, what mean by, what do it mean, meaning of, what be meaning of, definition of, what be definition of, define, give definition of, what do it mean when, term, provide definition of, provide overview of, give me definition of
can <- be it ok for, be it okay for, be it possible for, be it alright for, be it fine for, can i, can one, can we, could i, be i able to, be it possible to, be it possible for me to, be it ok to, be it okay to, be it alright to, be it all right to, be it fine to, be it ok if i, be it okay if i, be it possible, be it ok for me to, be it okay for me to, would it be ok to, would it be possible to, could one
must <- must, have to, need to, be required to, do i need to, do i have to, must i, be it necessary to, be it required to, be it mandatory to, be it necessary for me to, be necessary to, have got to
should <- should, ought to, be suppose to, should i, be it good idea to, be it advisable to, be it recommended to, be it worth, be it wise to, would it be good idea to, would it be wise to, be it smart to, be it good to, do you recommend
safe <- be it safe to, be it safe for me to
_ <- please, kindly, can you, could you, would you, will you, can you please, could you please, would you please, could you kindly, please could you, please can you, would you mind, would you be able to, be you able to, can you help me, could you help me, please help me, help me, help me to, can you help me to, could you help me to, i would like you to, i want you to, i need you to, i be wondering, i was wondering, i wonder, i be wondering if you could, i was wondering if you could, i be curious, i be curious about, i be curious to know, do you know, do you happen to know, would you happen to know, would you know, can you tell me, could you tell me, would you tell me, please tell me, can you please tell me, could you please tell me, let me know, can you let me know, could you let me know, i would like to know, i want to know, i would love to know, i need to know, i be trying to find out, i be trying to figure out, i be trying to understand, i be trying to remember, any idea, any idea about, do you have any idea, do you have idea, quick question, hi, hello, hey, hi there, hello there, hey there, thank, thank you, thanks, thanks in advance, thank in advance, actually, basically, exactly, really, precisely, just, hey can you, also tell me, remind me, can you remind me, could you remind me, can anyone tell me, can someone tell me, does anyone know, do anyone know, anyone know, can somebody tell me, can you show me, could you show me, show me, i have question about, i have question, my question be, question about, i be asking, for me, to me, i need you, go ahead and, be so kind as to, if you do not mind, if possible, can you give me, could you give me, i need your help, can someone, can anyone, might you, may i ask, may i know, can i ask, could i ask, help me figure out, help me find out, find out, i be not sure, i forget, i can not remember, refresh my memory on, do you think you could, is it that, i have always wondered, i have been wondering, please explain to me, i d like, i hope you can tell me, there be, there exist, itself, in question, it be, do you mind, i be interested in knowing, i be interest to know, i be look, help me understand
explain <- explain, explain to me, describe to me, explain me, can you explain, could you explain, give me explanation of, give explanation of, provide explanation of, break down, break down concept of, explain concept of, explain idea of, explain what be, what be concept of, concept of, explain idea behind, explain meaning of, talk about, speak about, go over
~world <- in world, on earth, in whole world, in entire world, on planet, worldwide, world, of all time, ever, on planet earth, across world, globally, around world, in existence
~usual <- usually, typically, normally, generally, on average, tend to, in general, usual, typical, ordinarily, as rule
~approx <- approximately, roughly, around how, about how
~code <- code, snippet, code snippet, piece of code, sample code, code example
~programming <- programming language, programming, coding
vs <- vs, versus
than <- than, compare to, compared to, compared with, in comparison to, compare with
at least <- at least, minimum of, no less than, no few than, not less than
at most <- at most, up to, maximum of, no more than, not more than
more than <- more than, over number
less than <- less than, fewer than, under number
all <- all, every, each, all of, every single
instead <- instead of, rather than, in place of, as opposed to
except <- except, except for, excluding, other than, apart from, aside from, but not
include <- including, include
because <- because, because of, due to, as result of, owing to
from <- out of
without <- without, with no, without using, without use, not using, free of
using <- by using, with help of, through use of, by means of
not <- not, never
before <- before i, before you, before one, before, prior to, ahead of
after <- after i, after you, after i have, after you have, after one, after, following
during <- during, throughout, in course of
until <- until, till
per <- per
about <- about, regarding, concerning, on topic of, on subject of, related to, in regard to, with regard to, in relation to, relating to, with respect to
inside <- inside, within
toward <- toward, towards
near <- near, close to, next to, nearby
if <- if, whether
between <- between
spouse <- who be married to, spouse of
improve sleep <- sleep better, get better sleep, improve sleep, improve sleep quality, improve quality of sleep, better sleep, improve my sleep, improve my sleep quality, improve quality of my sleep, sleep well at night, get good night sleep, sleep better at night
translate <- say word, how do you say, how do i say, how do one say, how would you say, how would i say, translate word, translate phrase, translate sentence, translate following sentence, how do you translate, how would you translate, how do i translate
weight <- how much do weigh, weigh
cost <- how much money do cost, how much money
height <- how tall be, how high be
population <- how many people live in, how many people live
born <- date of birth, birth date, birthdate, birthday, what be birthday of, what be date of birth of, when be birthday of, birth year
@when born <- what be birthday of, what be date of birth of, what be birthday
`
