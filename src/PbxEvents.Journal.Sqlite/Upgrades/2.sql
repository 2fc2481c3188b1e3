-- What is done is known as long as the newest event of its key is kept. Of what was done before, nobody knows that event: it is none that came since.
alter table done add column seq integer not null default 0;
update done set seq = (select place from reaction where id = done.reaction);
create index done_seq on done(seq);
