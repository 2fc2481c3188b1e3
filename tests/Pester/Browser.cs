using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;

/// <summary>A real Chromium without a window, asked over its own protocol (Chrome DevTools Protocol). One tab.</summary>
public sealed class Browser : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _profile = Directory.CreateTempSubdirectory("pbxevents-browser-").FullName;
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new ClientWebSocket();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _asked = new ConcurrentDictionary<int, TaskCompletionSource<JsonNode>>();
    private int _last;

    public Browser(string path)
    {
        var start = new ProcessStartInfo(path) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false };
        string[] words =
        {
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0", "--user-data-dir=" + _profile, "about:blank",
        };
        foreach (var word in words)
            start.ArgumentList.Add(word);
        _process = Process.Start(start);
        _process.ErrorDataReceived += (s, e) => { };
        _process.OutputDataReceived += (s, e) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var file = Path.Combine(_profile, "DevToolsActivePort");
        var watch = Stopwatch.StartNew();
        while (!File.Exists(file) || File.ReadAllText(file).Length == 0)
        {
            if (watch.Elapsed > Patience || _process.HasExited)
                throw new InvalidOperationException("The browser does not start.");
            Thread.Sleep(50);
        }
        var port = File.ReadAllText(file).Split('\n')[0];
        using (var http = new HttpClient())
        {
            string address = null;
            while (address is null)
            {
                var tabs = JsonNode.Parse(http.GetStringAsync("http://127.0.0.1:" + port + "/json/list").GetAwaiter().GetResult()).AsArray();
                address = tabs.Where(t => (string)t["type"] == "page").Select(t => (string)t["webSocketDebuggerUrl"]).FirstOrDefault();
            }
            _socket.ConnectAsync(new Uri(address), CancellationToken.None).GetAwaiter().GetResult();
        }
        Task.Run(ReadAsync);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Accessibility" })
            Send(domain + ".enable");
    }

    /// <summary>What the console was told: exceptions, refusals by the policy, and the like.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new ConcurrentQueue<string>();

    /// <summary>Sends a command and waits for its answer.</summary>
    public JsonNode Send(string method, string parameters = "{}")
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _asked[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var text = "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}";
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None).GetAwaiter().GetResult();
        if (!answer.Task.Wait(Patience))
            throw new TimeoutException("The browser does not answer " + method + ".");
        return answer.Task.Result;
    }

    public void Open(string address)
    {
        Send("Page.navigate", "{\"url\":" + JsonSerializer.Serialize(address) + "}");
        WaitFor("document.readyState === 'complete' && location.href !== 'about:blank'");
    }

    /// <summary>What an expression of JavaScript gives, as text: JSON for what is none.</summary>
    public string Ask(string expression)
    {
        var answer = Send("Runtime.evaluate", "{\"returnByValue\":true,\"awaitPromise\":true,\"expression\":" + JsonSerializer.Serialize(expression) + "}");
        if (answer["exceptionDetails"] is JsonNode fault)
            throw new InvalidOperationException(fault.ToJsonString());
        var value = answer["result"]["value"];
        return value is JsonValue single && single.TryGetValue<string>(out var text) ? text : value?.ToJsonString();
    }

    public void WaitFor(string condition, double seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (Ask("Boolean(" + condition + ")") != "true")
        {
            if (watch.Elapsed.TotalSeconds > seconds)
                throw new TimeoutException("It did not come to be: " + condition + ". The page: " + Ask("document.body.innerText"));
            Thread.Sleep(50);
        }
    }

    /// <summary>A window of that size, in the light or in the dark.</summary>
    public void Show(int width, int height, bool isDark)
    {
        Send("Emulation.setDeviceMetricsOverride", "{\"width\":" + width + ",\"height\":" + height + ",\"deviceScaleFactor\":1,\"mobile\":false}");
        Send("Emulation.setEmulatedMedia", "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + (isDark ? "dark" : "light") + "\"},{\"name\":\"prefers-reduced-motion\",\"value\":\"reduce\"}]}");
    }

    public void Press(string key, string code, int number, string text = null)
    {
        var rest = "\"key\":\"" + key + "\",\"code\":\"" + code + "\",\"windowsVirtualKeyCode\":" + number + (text is null ? "" : ",\"text\":" + JsonSerializer.Serialize(text)) + "}";
        Send("Input.dispatchKeyEvent", "{\"type\":\"keyDown\"," + rest);
        Send("Input.dispatchKeyEvent", "{\"type\":\"keyUp\"," + rest);
    }

    /// <summary>A picture of the whole page as PNG.</summary>
    public void Picture(string path, bool isWhole = true)
    {
        var answer = Send("Page.captureScreenshot", "{\"format\":\"png\",\"captureBeyondViewport\":" + (isWhole ? "true" : "false") + "}");
        File.WriteAllBytes(path, Convert.FromBase64String((string)answer["data"]));
    }

    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(10_000);
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
        _socket.Dispose();
        _process.Dispose();
        for (var i = 0; i < 50 && Directory.Exists(_profile); i++)
        {
            try
            {
                Directory.Delete(_profile, recursive: true);
            }
            catch (IOException)
            {
                Thread.Sleep(100);
            }
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[1 << 16];
        try
        {
            while (true)
            {
                using (var message = new MemoryStream())
                {
                    WebSocketReceiveResult part;
                    do
                    {
                        part = await _socket.ReceiveAsync(new ArraySegment<byte>(buffer), CancellationToken.None).ConfigureAwait(false);
                        message.Write(buffer, 0, part.Count);
                    }
                    while (!part.EndOfMessage);
                    Take(JsonNode.Parse(message.ToArray()));
                }
            }
        }
        catch (Exception e)
        {
            foreach (var one in _asked.Values)
                one.TrySetException(e);
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is JsonNode id)
        {
            if (!_asked.TryRemove((int)id, out var asked))
                return;
            if (message["error"] is JsonNode error)
                asked.TrySetException(new InvalidOperationException(error.ToJsonString()));
            else
                asked.TrySetResult(message["result"]);
        }
        else if ((string)message["method"] == "Runtime.exceptionThrown" || (string)message["method"] == "Log.entryAdded")
        {
            Complaints.Enqueue(message["params"].ToJsonString());
        }
    }
}
