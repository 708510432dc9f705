package dev.scriptanalytics.track;

import java.util.LinkedHashMap;
import java.util.Map;

/** Stack traces as six languages print them, by name. None ends with a line feed. */
final class Traces {
  static final Map<String, String> ALL = new LinkedHashMap<>();

  private Traces() {}

  private static void put(String name, String... lines) {
    ALL.put(name, String.join("\n", lines));
  }

  static {
    put(
        "python",
        "Traceback (most recent call last):",
        "  File \"/app/job.py\", line 12, in <module>",
        "    main()",
        "  File \"/app/job.py\", line 8, in main",
        "    return rows[\"total\"] / rows[\"count\"]",
        "           ~~~~~~~~~~~~~~^~~~~~~~~~~~~~~",
        "ZeroDivisionError: division by zero");
    put(
        "python, a name alone",
        "Traceback (most recent call last):",
        "  File \"/app/job.py\", line 3, in <module>",
        "    time.sleep(60)",
        "KeyboardInterrupt");
    put(
        "python, a name with dots",
        "Traceback (most recent call last):",
        "  File \"/app/job.py\", line 3, in <module>",
        "    raise make()",
        "__main__.make.<locals>.QuotaError: 5 of 3");
    put(
        "python, recursion",
        "Traceback (most recent call last):",
        "  File \"/app/job.py\", line 2, in f",
        "    return f()",
        "  [Previous line repeated 996 more times]",
        "RecursionError: maximum recursion depth exceeded");
    put(
        "python, the fields of Pydantic",
        "Traceback (most recent call last):",
        "  File \"/app/job.py\", line 9, in <module>",
        "    Order(**row)",
        "pydantic_core._pydantic_core.ValidationError: 2 validation errors for Order",
        "total",
        "  Input should be a valid integer [type=int_type, input_value='x', input_type=str]",
        "    For further information visit https://errors.pydantic.dev/2.11/v/int_type",
        "items.0.id",
        "  Field required [type=missing, input_value={}, input_type=dict]",
        "    For further information visit https://errors.pydantic.dev/2.11/v/missing");
    put(
        "python, during handling",
        "Traceback (most recent call last):",
        "  File \"/app/main.py\", line 5, in load",
        "    return cfg[\"url\"]",
        "KeyError: 'url'",
        "",
        "During handling of the above exception, another exception occurred:",
        "",
        "Traceback (most recent call last):",
        "  File \"/app/main.py\", line 11, in <module>",
        "    load({})",
        "RuntimeError: no config");
    put(
        "python, direct cause of a message of many lines",
        "Traceback (most recent call last):",
        "  File \"/app/main.py\", line 5, in load",
        "    validate(cfg)",
        "ValueError: 2 things are wrong",
        "url is missing",
        "  port is missing",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        "  File \"/app/main.py\", line 11, in <module>",
        "    load({})",
        "RuntimeError: no config");
    put(
        "python, a group",
        "  + Exception Group Traceback (most recent call last):",
        "  |   File \"/app/all.py\", line 9, in <module>",
        "  |     raise ExceptionGroup(\"two failed\", errors)",
        "  | ExceptionGroup: two failed (2 sub-exceptions)",
        "  +-+---------------- 1 ----------------",
        "    | Traceback (most recent call last):",
        "    |   File \"/app/all.py\", line 4, in <module>",
        "    |     fetch(1)",
        "    | TimeoutError: 1",
        "    | ",
        "    | During handling of the above exception, another exception occurred:",
        "    | ",
        "    | Traceback (most recent call last):",
        "    |   File \"/app/all.py\", line 6, in <module>",
        "    | OSError: 1",
        "    +---------------- 2 ----------------",
        "    | ValueError: 2",
        "    +------------------------------------");
    put(
        "python, a thread",
        "Exception in thread Thread-1 (work):",
        "Traceback (most recent call last):",
        "  File \"/usr/lib/python3.12/threading.py\", line 1073, in _bootstrap_inner",
        "    self.run()",
        "ConnectionError: refused");
    put(
        "python, a syntax error",
        "  File \"/app/job.py\", line 2",
        "    print \"x\"",
        "    ^^^^^^^^^",
        "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?");
    put(
        "java",
        "Exception in thread \"main\" java.lang.IllegalStateException: not open",
        "\tat com.example.Job.read(Job.java:31)",
        "\tat java.base/java.lang.Thread.run(Thread.java:840)",
        "\tSuppressed: java.io.IOException: not closed",
        "\t\tat com.example.Job.close(Job.java:40)",
        "\t\t... 2 more",
        "Caused by: java.sql.SQLException: refused:",
        "try again",
        "  later",
        "\tat com.example.Db.open(Db.java:7)",
        "\tat com.example.Job$$Lambda/0x00007f.run(Unknown Source)",
        "\t... 12 more");
    put(
        "java, a message of many lines",
        "org.example.QueryException: 2 errors:",
        "- no such table",
        "",
        "- no such column",
        "\tat org.example.Query.run(Query.java:5)",
        "\tat jdk.internal.reflect.GeneratedMethodAccessor1.invoke(Native Method)");
    put(
        "node, an uncaught error",
        "/srv/app.js:21",
        "    throw new Error('not good', { cause });",
        "    ^",
        "",
        "Error: not good",
        "    at c (/srv/app.js:21:15)",
        "    at Object.<anonymous> (/srv/app.js:30:1)",
        "    at async Promise.all (index 0)",
        "    at node:internal/main/run_main_module:28:49 {",
        "  [cause]: Error: inner",
        "      at b (/srv/app.js:13:15)",
        "}",
        "",
        "Node.js v20.11.1");
    put(
        "node, a caught error",
        "TypeError: x is not a function",
        "    at Server.handle [as listener] (file:///srv/app.mjs:4:3)",
        "    at async /srv/my app/app.js:9:5",
        "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5) {",
        "  code: 'ERR_X',",
        "  detail: {",
        "    a: 1",
        "  }",
        "}");
    put(
        "node, a message of many lines",
        "AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:",
        "",
        "1 !== 2",
        "",
        "    at Object.<anonymous> (/srv/test.js:3:8)",
        "    at new Script (node:vm:117:7)");
    put(
        "node, a rejection",
        "node:internal/process/promises:288",
        "            triggerUncaughtException(err, true /* fromPromise */);",
        "            ^",
        "",
        "[UnhandledPromiseRejection: This error originated by throwing a string.] {",
        "  code: 'ERR_UNHANDLED_REJECTION'",
        "}",
        "",
        "Node.js v18.19.0");
    put(
        "go",
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x45e5a2]",
        "",
        "goroutine 1 [running]:",
        "main.run(...)",
        "\t/app/main.go:9",
        "main.(*server).start(0xc000012345, {0x1, 0x2})",
        "\t/app/main.go:14 +0x1d",
        "main.main()",
        "\t/app/main.go:5 +0x1d",
        "exit status 2");
    put(
        "go, goroutines",
        "fatal error: all goroutines are asleep - deadlock!",
        "",
        "goroutine 1 [chan receive]:",
        "main.main()",
        "\t/app/main.go:5 +0x1d",
        "...additional frames elided...",
        "created by main.start in goroutine 1",
        "\t/app/main.go:4 +0x2c",
        "",
        "goroutine 18 [select, 3 minutes]:",
        "main.work()",
        "\t/app/work.go:50 +0x1d");
    put(
        "go, a panic that was recovered from",
        "http: panic serving 10.0.0.1:4242: boom",
        "goroutine 34 [running]:",
        "net/http.(*conn).serve.func1()",
        "\t/usr/local/go/src/net/http/server.go:1868 +0xb0");
    put(
        "ruby",
        "app.rb:2:in `divide': divided by 0 (ZeroDivisionError)",
        "\tfrom app.rb:2:in `run'",
        "\tfrom app.rb:9:in `block in <main>'",
        "\t ... 10 levels...",
        "\tfrom app.rb:12:in `<main>'");
    put(
        "ruby, the source and a cause",
        "/app/a.rb:1:in 'Object#f': undefined local variable or method 'x' for main (NameError)",
        "",
        "  x + 1",
        "  ^",
        "Did you mean?  y",
        "\tfrom /app/a.rb:3:in '<main>'",
        "/app/b.rb:7:in 'Integer#/': divided by 0 (ZeroDivisionError)",
        "\tfrom /app/b.rb:7:in 'Object#g'");
    put(
        "ruby, the source alone",
        "a.rb:1:in `<main>': undefined method `y' for nil:NilClass (NoMethodError)",
        "",
        "x.y",
        " ^^");
    put(
        "ruby 2 on a terminal",
        "Traceback (most recent call last):",
        "\t1: from app.rb:5:in `<main>'",
        "app.rb:2:in `f': boom (RuntimeError)");
    put(
        "dotnet",
        "Unhandled exception. System.InvalidOperationException: job failed",
        " ---> System.IO.FileNotFoundException: no file",
        "   at N.Loader.Load[T](String path, T x) in /src/Loader.cs:line 31",
        "   --- End of inner exception stack trace ---",
        "   at N.Job.<RunAsync>d__3.MoveNext() in /src/Job.cs:line 12",
        "--- End of stack trace from previous location ---",
        "   at N.Program.Main(String[] args)");
    put(
        "dotnet, the type on its own line",
        "Unhandled exception:",
        "System.AggregateException: One or more errors occurred. (a) (b)",
        " ---> System.Exception: a",
        "   at N.Job.Run() in /src/Job.cs:line 12<---");
    put(
        "java, a nested class and a message of many lines",
        "org.example.HttpClientErrorException$NotFound: 404 Not Found: \"{",
        "  \"error\": \"gone\"",
        "}\"",
        "\tat org.example.Client.get(Client.java:5)");
    put(
        "java, a cause without frames above it",
        "Exception in thread \"main\" java.lang.ExceptionInInitializerError",
        "Caused by: java.lang.RuntimeException: no config",
        "\tat org.example.Job.<clinit>(Job.java:3)");
    put(
        "java, another name",
        "org.example.OutOfStock: 5 of 3",
        "\tat org.example.Job.run(Job.java:3)");
    put(
        "java, another name and a message of many lines",
        "org.example.OutOfStock: 5 of 3",
        "of nails",
        "\tat org.example.Job.run(Job.java:3)",
        "Caused by: org.example.Gone: nails",
        "and screws",
        "\tat org.example.Store.take(Store.java:3)");
    put(
        "deno",
        "error: Uncaught (in promise) TypeError: boom",
        "    throw new TypeError(\"boom\");",
        "          ^",
        "    at file:///app/job.ts:1:7",
        "    at async file:///app/main.ts:2:3");
    put(
        "python, a crash",
        "Fatal Python error: Segmentation fault",
        "",
        "Thread 0x00007f12 (most recent call first):",
        "  File \"/app/job.py\", line 3 in wait",
        "  ...",
        "",
        "Current thread 0x00007f13 (most recent call first):",
        "  File \"/app/job.py\", line 9 in <module>");
    put(
        "python, of another process",
        "concurrent.futures.process._RemoteTraceback: ",
        "\"\"\"",
        "Traceback (most recent call last):",
        "  File \"/app/job.py\", line 3, in f",
        "ValueError: in the worker",
        "\"\"\"",
        "",
        "The above exception was the direct cause of the following exception:",
        "",
        "Traceback (most recent call last):",
        "  File \"/app/job.py\", line 9, in <module>",
        "ValueError: in the worker");
    put(
        "go, logged",
        "2026-11-02T10:15:00.100Z\tERROR\tapp/main.go:21\tjob failed",
        "main.run",
        "\t/app/main.go:21",
        "main.main",
        "\t/app/main.go:9",
        "runtime.goexit",
        "\t/usr/local/go/src/runtime/asm_amd64.s:1700");
    put("ruby, the top level", "app.rb:5:in `<main>': boom (RuntimeError)");
    put(
        "ruby, logged",
        "E, [2026-11-02T10:15:00.100000 #1] ERROR -- : divided by 0 (ZeroDivisionError)",
        "app.rb:2:in `/'",
        "(eval at app.rb:2):1:in 'Object#run'",
        "app.rb:5:in `<main>'");
  }
}
