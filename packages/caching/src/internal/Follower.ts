/** Where one who follows is: the batch that is next, and the bytes that it has read. `isLost`: it was left behind. */
export interface Follower {
  at: number
  read: number
  isLost: boolean
}
