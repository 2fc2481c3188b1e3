using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Web;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Benchmarks.Load;

/// <summary>TelecomX without a network, with call records of hours in which nobody listened.</summary>
/// <param name="make">Makes a link: each stands for one, and none comes back.</param>
internal sealed class GapLink(Func<FeedLink> make) : ILinkFactory, IHttpClient
{
    private FeedLink _link = make();
    private DateTimeOffset _from;
    private TimeSpan _step = TimeSpan.MaxValue;
    private int _calls;
    private int _round;

    /// <summary>From now on there are records of calls, spread evenly over a time.</summary>
    public void Record(DateTimeOffset from, TimeSpan time, int calls)
    {
        (_from, _step, _calls) = (from, time / calls, calls);
        _round++;
    }

    /// <summary>A frame arrives.</summary>
    public ValueTask FeedAsync(byte[] frame) => _link.FeedAsync(frame);

    /// <summary>The link is gone.</summary>
    public void Lose() => _link.Abort(new PbxException(PbxErrorKind.LinkLost, "The link is gone.", "Wait."));

    public ILink Create(int id, LinkTarget target, ILinkSink sink)
    {
        _link = make();
        return _link.Create(id, target, sink);
    }

    public Task<HttpAnswer> SendAsync(HttpCall request, CancellationToken cancellationToken) => request.Uri.AbsolutePath switch
    {
        "/pbx/cdr" => Task.Run(() => new HttpAnswer(200, Page(HttpUtility.ParseQueryString(request.Uri.Query))), cancellationToken),
        var path when path.StartsWith("/pbx/", StringComparison.Ordinal) => Task.FromResult(new HttpAnswer(200, "[]"u8.ToArray())),
        _ => _link.SendAsync(request, cancellationToken),
    };

    private byte[] Page(System.Collections.Specialized.NameValueCollection query)
    {
        var (from, to) = (Parse(query["from"]!), Parse(query["to"]!));
        var (offset, limit) = (int.Parse(query["offset"]!, CultureInfo.InvariantCulture), int.Parse(query["limit"]!, CultureInfo.InvariantCulture));
        var first = Math.Max(0, (int)Math.Ceiling((from - _from) / _step)) + offset;
        var end = Math.Min(_calls, (int)Math.Ceiling((to - _from) / _step));
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            for (var i = first; i < Math.Min(end, first + limit); i++)
                WriteRow(json, i);
            json.WriteEndArray();
        }
        return text.WrittenSpan.ToArray();
    }

    /// <summary>A call that nobody answered (history/telecomx-history.md section 3).</summary>
    private void WriteRow(Utf8JsonWriter json, int call)
    {
        var started = _from + _step * call;
        json.WriteStartObject();
        json.WriteString("_id", $"row {_round} {call}");
        json.WriteString("pbx", "pbx1.example.net");
        json.WriteString("channelId", $"{_round}{call:000000}.7");
        json.WriteString("started", Text(started));
        json.WriteNull("answered");
        json.WriteBoolean("answeredByCallee", false);
        json.WriteString("ended", Text(started + TimeSpan.FromSeconds(22)));
        json.WriteStartObject("caller");
        json.WriteString("number", $"+4570{call:000000}");
        json.WriteString("name", "Ann Example");
        json.WriteBoolean("privacy", false);
        json.WriteString("type", "EXTERNAL");
        json.WriteNull("extension");
        json.WriteEndObject();
        json.WriteStartObject("callee");
        json.WriteString("number", "+4570000100");
        json.WriteString("extension", "5f0e0c1a2b3c4d5e6f70a101");
        json.WriteEndObject();
        json.WriteString("customer", "5f0e0c1a2b3c4d5e6f708192");
        json.WriteString("terminatedBy", "A");
        json.WriteString("terminatedReason", "CANCEL");
        json.WriteEndObject();
    }

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
