using System.Text.Json.Nodes;

namespace PbxEvents.Simulator.RingCentral;

/// <summary>An event filter as the platform reads it (ringcentral.md section 7). Immutable.</summary>
internal sealed class GatewayFilter
{
    private static readonly string[] ExtensionNames =
    [
        "telephony/sessions", "missed-calls", "presence", "presence/line", "presence/line/presence", "presence/dnd", "favorite/presence",
        "message-store", "message-store/instant", "voicemail", "fax", "extension",
    ];

    private static readonly string[] AccountNames = ["telephony/sessions", "presence", "extension", "directory/entries"];

    private readonly string _name;
    private readonly string? _extension;
    private readonly string? _queue;
    private readonly Dictionary<string, string> _query;

    private GatewayFilter(string text, string name, string? extension, string? queue, Dictionary<string, string> query)
    {
        Text = text;
        _name = name;
        _extension = extension;
        _queue = queue;
        _query = query;
    }

    /// <summary>The filter as it was asked for.</summary>
    public string Text { get; }

    /// <summary>Reads a filter.</summary>
    /// <param name="text">The filter.</param>
    /// <param name="problem">The platform's code when it is refused.</param>
    /// <returns>Null when it is refused.</returns>
    public static GatewayFilter? Parse(string text, out string problem)
    {
        problem = "SUB-508";
        var mark = text.IndexOf('?');
        var query = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (mark >= 0)
        {
            foreach (var pair in text[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)))
            {
                query[pair[0]] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";
            }
        }

        var parts = (mark < 0 ? text : text[..mark]).Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["restapi", "v1.0", "account", _, .. var rest])
            return null;
        switch (rest)
        {
            case ["extension", var id, .. var tail]:
                var name = tail.Length == 0 ? "extension" : string.Join('/', tail);
                if (!ExtensionNames.Contains(name))
                    return null;
                if (id == "~" || id.All(char.IsAsciiDigit))
                    return new GatewayFilter(text, name, id, null, query);
                problem = "SUB-408";
                return null;
            case ["call-queues", var id, "presence"]:
                return new GatewayFilter(text, "call-queues/presence", null, id, query);
            default:
                var own = string.Join('/', rest);
                return AccountNames.Contains(own) ? new GatewayFilter(text, own, null, null, query) : null;
        }
    }

    /// <summary>The path that a notification has because of this filter.</summary>
    /// <param name="notification">The notification.</param>
    /// <param name="account">The account's id.</param>
    /// <param name="owner">The subscriber's own extension.</param>
    /// <returns>Null when this filter does not ask for it.</returns>
    public string? PathOf(RingCentralNotification notification, string account, string owner)
    {
        if (notification.Name != _name || !IsForMe(notification, owner) || !MeetsConditions(notification))
            return null;
        var prefix = $"/restapi/v1.0/account/{account}";
        if (_queue is not null)
            return $"{prefix}/call-queues/{_queue}/presence";

        // Seen in captures: the account's telephony filter brings the path of the extension concerned.
        var byExtension = notification.Extension is not null && (_extension is not null || _name == "telephony/sessions");
        if (_name == "extension")
            return _extension is null ? $"{prefix}/extension" : $"{prefix}/extension/{notification.Extension}";
        return byExtension ? $"{prefix}/extension/{notification.Extension}/{_name}" : $"{prefix}/{_name}";
    }

    private bool IsForMe(RingCentralNotification notification, string owner)
    {
        if (_queue is not null)
            return _queue == notification.Queue;
        if (_extension is null)
            return true;
        return notification.Extension == (_extension == "~" ? owner : _extension);
    }

    private bool MeetsConditions(RingCentralNotification notification)
    {
        if (_name.EndsWith("presence", StringComparison.Ordinal) && _extension is not null
            && notification.IsDetailed != (_query.GetValueOrDefault("detailedTelephonyState") == "true"))
        {
            return false;
        }

        if (_name == "presence" && _extension is null && notification.IsDetailed)
            return false;
        if (_name != "telephony/sessions")
            return true;
        var party = notification.Body["parties"]![0]!;
        return (!_query.TryGetValue("direction", out var direction) || direction == (string?)party["direction"])
            && (!_query.TryGetValue("missedCall", out var missed) || missed == Word(party["missedCall"]))
            && (!_query.TryGetValue("statusCode", out var code) || code == (string?)party["status"]!["code"]);
    }

    private static string Word(JsonNode? flag) => (bool?)flag == true ? "true" : "false";
}
