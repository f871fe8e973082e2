"""Lua scripts: what must happen in Redis at once or not at all."""

GRANT = """
local function grant(key, trigger, n_messages, ends_ms, now_ms)
  local ends = tonumber(ends_ms)
  local old = redis.call('HGET', key, trigger)
  -- Deliveries may come out of order: an older message does not shorten the window.
  if old and tonumber(string.match(old, ':(%d+)$')) > ends then return 0 end
  redis.call('HSET', key, trigger, n_messages .. ':' .. ends_ms)
  local left_ms = ends - tonumber(now_ms)
  if left_ms > 0 and left_ms > redis.call('PTTL', key) then
    redis.call('PEXPIRE', key, left_ms)
  end
  return 1
end
"""
"""Fills a bucket of what may be sent to a person (`adapters.wechat.quota`)."""

ACCEPT = f"""
-- KEYS accepted, mailbox, ready, out, live, quota
-- ARGV message_id, record, conversation, accepted_ttl_s, max_waiting, retention_s
--      shown, trigger, n_messages, ends_ms, now_ms
{GRANT}
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[5]) then return -1 end
redis.call('SET', KEYS[1], '1', 'EX', ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('XADD', KEYS[4], '*', 'in', ARGV[2])
redis.call('EXPIRE', KEYS[4], ARGV[6])
redis.call('XADD', KEYS[3], '*', 'conversation', ARGV[3])
if ARGV[7] == '1' then redis.call('PUBLISH', KEYS[5], ARGV[1]) end
if ARGV[8] ~= '' then grant(KEYS[6], ARGV[8], ARGV[9], ARGV[10], ARGV[11]) end
return 1
"""
"""Stores a message durably, with what it allows; 0 repeat, -1 mailbox full.

It signals the workers, and the pages where one may show the message.
"""

ACQUIRE = """
-- KEYS lease, fence; ARGV lease_ms
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
return token
"""
"""Takes the lease and returns its fencing token; 0 while somebody holds it."""

OPEN = """
-- KEYS lease, fence, mailbox, turns; ARGV lease_ms, n_turns
if redis.call('EXISTS', KEYS[1]) == 1 then return {0} end
local token = redis.call('INCR', KEYS[2])
redis.call('SET', KEYS[1], token, 'PX', ARGV[1])
local head = redis.call('LINDEX', KEYS[3], 0)
if not head then return {token} end
return {token, head, redis.call('LRANGE', KEYS[4], -tonumber(ARGV[2]), -1)}
"""
"""Takes the lease, and reads what its holder needs first: message and last turns."""

RENEW = """
-- KEYS lease; ARGV token, lease_ms
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""

RELEASE = """
-- KEYS lease, mailbox, released; ARGV token, only_if_empty
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 1 end
if ARGV[2] == '1' and redis.call('LLEN', KEYS[2]) > 0 then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', KEYS[3], ARGV[1])
return 1
"""
"""Gives the lease up; 0 where mail has come in meanwhile and the lease is kept."""

COMMIT = """
-- KEYS lease, mailbox, turns, out, reply, attempts, live, dead, outgoing, log, unsent
--      released, unfinished
-- ARGV token, record, message_id, turn, reply, retention_s, reply_ttl_s, dead_letter
--      outgoing, log_entry, shown, queued, frees, conversation, reminder
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
if redis.call('LINDEX', KEYS[2], 0) ~= ARGV[2] then return -2 end
if ARGV[4] ~= '' then
  redis.call('RPUSH', KEYS[3], ARGV[4])
  redis.call('EXPIRE', KEYS[3], ARGV[6])
end
if ARGV[11] == '1' then
  redis.call('XADD', KEYS[4], '*', 'out', ARGV[5])
  redis.call('EXPIRE', KEYS[4], ARGV[6])
end
redis.call('SET', KEYS[5], ARGV[5], 'EX', ARGV[7])
redis.call('HDEL', KEYS[6], ARGV[3])
redis.call('LPOP', KEYS[2])
if ARGV[8] ~= '' then redis.call('XADD', KEYS[8], '*', 'letter', ARGV[8]) end
if ARGV[9] ~= '' then redis.call('XADD', KEYS[9], '*', 'entry', ARGV[9]) end
if ARGV[10] ~= '' then redis.call('XADD', KEYS[10], '*', 'entry', ARGV[10]) end
if ARGV[15] == '' then
  redis.call('ZREM', KEYS[13], ARGV[14])
elseif ARGV[15] ~= 'kept' then
  redis.call('ZADD', KEYS[13], ARGV[15], ARGV[14])
end
if ARGV[12] == '1' then
  redis.call('RPUSH', KEYS[11], ARGV[3])
  redis.call('EXPIRE', KEYS[11], 86400)
end
redis.call('PUBLISH', KEYS[7], ARGV[3])
if ARGV[13] == '1' and redis.call('LLEN', KEYS[2]) == 0 then
  redis.call('DEL', KEYS[1])
  redis.call('PUBLISH', KEYS[12], ARGV[1])
  return 2
end
return 1
"""
"""The one commit of a message; 2 where that was the last one and the lease is free.

-1 lease lost, -2 not the head of the mailbox: nothing is written.
"""

FINISH = """
-- KEYS stream; ARGV group, entry
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[1], ARGV[2])
return 1
"""
"""Acknowledges and removes a signal."""

TAKE = """
-- KEYS claim, unsent, reply; ARGV message_id, claim_ttl_s, overtakes
local holder = redis.call('GET', KEYS[1])
if not holder then
  if redis.call('EXISTS', KEYS[3]) == 0 then return {false, false} end
  local place = redis.call('LPOS', KEYS[2], ARGV[1])
  if place and place > 0 and ARGV[3] ~= '1' then return {false, false} end
  holder = 'passive'
  redis.call('SET', KEYS[1], holder, 'EX', ARGV[2])
end
return {holder, redis.call('GET', KEYS[3])}
"""
"""Takes an answer for the passive way if it is there and its turn has come."""

LEAVE = """
-- KEYS unsent, live, claim; ARGV message_id, alone, holder, claim_ttl_s
if ARGV[3] ~= '' then redis.call('SET', KEYS[3], ARGV[3], 'EX', ARGV[4]) end
local place = redis.call('LPOS', KEYS[1], ARGV[1])
if not place then return 0 end
if ARGV[2] == '1' then
  redis.call('LREM', KEYS[1], 1, ARGV[1])
else
  redis.call('LTRIM', KEYS[1], place + 1, -1)
end
if redis.call('LLEN', KEYS[1]) > 0 then redis.call('PUBLISH', KEYS[2], ARGV[1]) end
return 1
"""
"""Notes that an answer has left, and with it those before it: they go in order.

Whoever waits for the next one is told.
"""

APPEND_TURN = """
-- KEYS lease, turns; ARGV token, turn, retention_s
if ARGV[1] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[1] then return -1 end
redis.call('RPUSH', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
return 1
"""
"""Appends a turn outside the worker, for plain `rasa` commands."""

TRIM = """
-- KEYS turns; ARGV oldest_s
for _ = 1, 20 do
  local first = redis.call('LINDEX', KEYS[1], 0)
  if not first then break end
  local at = tonumber(string.match(first, '^{"at": ([%d.]+)'))
  if not at or at >= tonumber(ARGV[1]) then break end
  redis.call('LPOP', KEYS[1])
end
return 1
"""
"""Drops turns older than the retention from the front, at most twenty at once."""
