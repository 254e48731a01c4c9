/**
 * SQL that answers, as `turn`, the priority that makes callers take turns in a queue: waiting tasks stand in rounds, each of
 * which holds one task of every caller, and later rounds have lower priorities. A task goes into the round after its caller's
 * last that waits, or, if none does, into the round that is next. `queue` and `caller` are the places of parameters.
 */
export function turnOf(queue: string, caller: string): string {
  return `
    select coalesce(least(
      (select priority from pgboss.job
        where name = ${queue} and state < 'active' and not blocked
        order by priority desc limit 1),
      (select min(job.priority) - 1
        from (select id from tasks where caller = ${caller} order by sequence desc limit ${latest}) as mine
        join pgboss.job as job on job.name = ${queue} and job.id = mine.id::uuid and job.state < 'active')
    ), 0) as turn`;
}

/** So few of a caller's tasks are looked at: those before them are in earlier rounds, or of other queues. */
const latest = 20;
