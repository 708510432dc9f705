-- The numbers of the entries from a number on that can be found.
SELECT groupUniqArray(toUInt32OrZero(log_id)) AS numbers FROM script_analytics.logs
WHERE account = {account:String} AND script = '' AND toUInt32OrZero(log_id) >= {first:UInt32}
