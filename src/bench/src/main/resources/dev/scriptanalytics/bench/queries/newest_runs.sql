-- The first page of the newest runs of the busiest script.
SELECT * FROM script_analytics.{table:Identifier} FINAL
WHERE account = {account:String} AND script = {busiest:String} AND executed_on >= {from:String} AND executed_on < {to:String}
ORDER BY executed_on DESC LIMIT 50
