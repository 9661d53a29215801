-- runs: what a batch knows of each of its items, as runs of neighbours in the order of its items: name TAB items
-- NEWLINE …
local runs = { each = '([^\t\n]*)\t(%d+)\n' }

function runs.text(list)
  local lines = {}
  for i, run in ipairs(list) do lines[i] = run[1] .. '\t' .. run[2] .. '\n' end
  return table.concat(lines)
end

-- Each item's name, by its position.
function runs.names(text)
  local list = {}
  for name, n in string.gmatch(text or '', runs.each) do
    for _ = 1, n do list[#list + 1] = name end
  end
  return list
end

-- How many items each name has.
function runs.counts(text)
  local counts = {}
  for name, n in string.gmatch(text or '', runs.each) do counts[name] = (counts[name] or 0) + n end
  return counts
end

-- The runs of a part: a list of positions.
function runs.part(names, part)
  local list = {}
  for _, at in ipairs(part) do
    local last = list[#list]
    if last and last[1] == names[at] then
      last[2] = last[2] + 1
    elseif names[at] then
      list[#list + 1] = { names[at], 1 }
    end
  end
  return runs.text(list)
end
