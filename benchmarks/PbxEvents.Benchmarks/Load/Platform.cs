using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Benchmarks.Load;

/// <summary>As much of a platform's server as a client needs to get ready for events.</summary>
/// <param name="name">The platform.</param>
internal abstract class Platform(string name)
{
    public static readonly Platform[] All = [new OneCloud(), new PortSip(), new RingCentral(), new TelecomX(), new Yeastar()];

    /// <summary>How many events PbxEvents keeps as long as nobody asks for more; the rings of the peers hold as many.</summary>
    public static int BufferSize { get; } = Get("TelecomX").OptionsFor("http://127.0.0.1").BufferSize;

    public string Name => name;

    /// <summary>What is subscribed to.</summary>
    public virtual PbxSubscriptionFilter Filter { get; } = new() { Type = PbxSubscriptionType.Call };

    /// <summary>True when a client gets a frame as soon as it is connected.</summary>
    public virtual string? Greeting => null;

    public static Platform Get(string name) => Array.Find(All, p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no platform '{name}'.");

    /// <summary>What a client connects with.</summary>
    public abstract PbxConnectOptions OptionsFor(string server);

    /// <summary>The answer to a look-up over HTTP.</summary>
    public virtual string AnswerHttp(string path, string server) => "{}";

    /// <summary>The answers to a message, or to a Socket.IO event (its array).</summary>
    public abstract IEnumerable<string> Answer(string message);

    private sealed class TelecomX() : Platform("TelecomX")
    {
        public override PbxConnectOptions OptionsFor(string server) => new()
        {
            Provider = Name,
            Server = server,
            Domain = "5f0e0c1a2b3c4d5e6f708192",
            AccessToken = new Secret("token"),
        };

        public override IEnumerable<string> Answer(string message)
        {
            var frame = JsonNode.Parse(message)!.AsArray();
            return (string?)frame[0] switch
            {
                "authenticate" => ["""["authenticated"]"""],
                "subscribe" => [$$"""["subscribed",{"type":"{{frame[1]!["type"]}}"}]"""],
                _ => [],
            };
        }
    }

    private sealed class OneCloud() : Platform("OneCloud")
    {
        public override PbxSubscriptionFilter Filter { get; } = new() { Type = PbxSubscriptionType.Call, Extension = ["1001"] };

        public override PbxConnectOptions OptionsFor(string server) => new()
        {
            Provider = Name,
            Server = server,
            Domain = "example-domain",
            AccessToken = new Secret("token"),
        };

        public override string AnswerHttp(string path, string server) => "[]";

        public override IEnumerable<string> Answer(string message)
        {
            var frame = JsonNode.Parse(message)!.AsArray();
            if ((string?)frame[0] == "subscribe")
                yield return $$"""["status",{"status":"Setup Complete (example-domain-<>-{{frame[1]!["type"]}}-<>-{{frame[1]!["filter"]}})"}]""";
        }
    }

    private sealed class PortSip() : Platform("PortSIP")
    {
        public override PbxSubscriptionFilter Filter { get; } = new() { Type = PbxSubscriptionType.Call, Extension = ["102"] };

        public override PbxConnectOptions OptionsFor(string server) => new()
        {
            Provider = Name,
            Server = server,
            Domain = "example.io",
            UserName = "user",
            Password = new Secret("password"),
            Dialect = "V22",
        };

        public override IEnumerable<string> Answer(string message) =>
            [$$"""{"command":"{{JsonNode.Parse(message)!["command"]}}","id":"1","status":0}"""];
    }

    private sealed class RingCentral() : Platform("RingCentral")
    {
        public override string? Greeting =>
            """[{"type":"ConnectionDetails","messageId":"m-0","status":200,"wsc":{"token":"WSC1","sequence":1},"headers":{}},{"creationTime":"2030-01-01T00:00:00.000+0000","recoveryBufferSize":100,"recoveryTimeout":180,"maxActiveRequests":10}]""";

        public override PbxConnectOptions OptionsFor(string server) => new()
        {
            Provider = Name,
            Server = server,
            ClientId = "app",
            ClientSecret = new Secret("secret"),

            // A user may ask for few tokens a minute, and all processes of this machine keep to that.
            Jwt = new Secret($"jwt {Guid.NewGuid()}"),
        };

        public override string AnswerHttp(string path, string server) => path switch
        {
            "/restapi/oauth/token" => """{"access_token":"AT1","token_type":"bearer","expires_in":3600,"refresh_token":"RT1","refresh_token_expires_in":604799}""",
            "/restapi/oauth/wstoken" => $$"""{"uri":"{{server.Replace("http:", "ws:", StringComparison.Ordinal)}}/ws","ws_access_token":"WST1","expires_in":30}""",
            _ => base.AnswerHttp(path, server),
        };

        public override IEnumerable<string> Answer(string message)
        {
            var frame = JsonNode.Parse(message)!.AsArray();
            if ((string?)frame[0]!["type"] != "ClientRequest")
                yield break;
            var filters = frame.Count > 1 ? frame[1]!["eventFilters"]?.ToJsonString() ?? "[]" : "[]";
            yield return $$"""
                [{"type":"ClientRequest","messageId":"{{frame[0]!["messageId"]}}","status":200,"headers":{} },{"id":"sub-1","status":"Active","eventFilters":{{filters}},"disabledFilters":[]}]
                """;
        }
    }

    private sealed class Yeastar() : Platform("Yeastar")
    {
        public override PbxConnectOptions OptionsFor(string server) => new()
        {
            Provider = Name,
            Server = server,
            UserName = "client",
            Password = new Secret("secret"),
            TimeZone = TimeZoneInfo.Utc,
        };

        public override string AnswerHttp(string path, string server) => path.EndsWith("_token", StringComparison.Ordinal)
            ? """{"errcode":0,"errmsg":"SUCCESS","access_token":"AT1","access_token_expire_time":1800,"refresh_token":"RT1","refresh_token_expire_time":86400}"""
            : """{"errcode":0,"errmsg":"SUCCESS","data":[]}""";

        public override IEnumerable<string> Answer(string message) =>
            [message == "heartbeat" ? "heartbeat response" : """{"errcode":0,"errmsg":"SUCCESS"}"""];
    }
}
