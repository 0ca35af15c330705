const list = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/))

/** Words that carry no content of their own. */
export const functionWords: ReadonlySet<string> =
  list(`a an the this that these those such same own it its it's they them their theirs he him his she her hers we us our ours you your yours i me my mine
who whom whose which what when where why how there here
is are was were be been being am 's 're 'm do does did done doing have has had having get gets got
will would shall should can could may might must ought
and or but nor so yet if then than as of to in on at by for with from into onto upon about over through during within
also too very quite just even still already ever else both either each per via while although though because since unless whether
one ones itself themselves himself herself myself other others another any some not no never none neither cannot without
out up down off again further once more most such only however therefore thus hence moreover additionally furthermore according
before after above below under inside outside between among until around toward towards along across against
isn't aren't wasn't weren't don't doesn't didn't won't wouldn't can't couldn't shouldn't hasn't haven't hadn't mustn't needn't let's that's there's`)

/** The same in German, French, Spanish, Italian and Portuguese; "die" and "war" are English words too. */
export const foreignFunctionWords =
  list(`der die das den dem des ein eine einer eines einem einen und oder ist sind war waren wird werden wurde wurden hat haben hatte von vom zu zum zur im in am an auf mit bei nach aus für als auch es er sie sich dass daß wie nicht kein keine
le la les l' d' un une des du de et ou est sont était étaient sera a ont avait dans en au aux par pour sur avec que qui se ce cette ces il elle ils elles son sa ses pas ne plus c'est
el los las lo una unos unas y o es son era eran fue fueron será ha han había en con por para su sus del al que se este esta no
il gli lo i uno e è sono sarà nel nella della dei di da che si non o os as um uma do da dos das no na em são foi ao`)

/** Words that say little: an answer that lacks one of them is none the worse. */
export const lightWords =
  list(`make makes made making take takes took taken give gives gave given go goes went gone come came use uses used using
several various certain many much well main mainly overall actually currently now today recently typically usually generally often known called named located based
include includes including included provide provides provided become became becomes thing things way ways kind type case order fact regarding respect
people person document text passage context state states stated mention mentions mentioned say says said note notes noted report reports reported describe describes described indicate indicates indicated
so-called approximately about around roughly nearly almost exactly total number amount time year years day days new different able need needs result results
all every always entire whole occur occurs occurred majority minority set sets happen happens happened reach reaches reached amount amounts amounted total totals totaled totalled stand stands stood hit hits possible place serve serves work works part feature features contain contains
expected considered regarded degree degrees co morning afternoon evening`)
