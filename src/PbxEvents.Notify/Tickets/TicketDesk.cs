using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PbxEvents.Providers.Contracts;

namespace PbxEvents.Notify.Tickets;

/// <summary>A desk by the form of its requests: what is asked for and what the answers mean, and nothing of when. One thread at a time.</summary>
/// <param name="access">Where it is, and what opens it.</param>
/// <param name="http">Sends the requests.</param>
internal abstract class TicketDesk(DeskAccess access, IHttpClient http)
{
    /// <summary>No desk takes a longer subject.</summary>
    private const int MaxSubject = 200;

    /// <summary>Jira's limit, the lowest.</summary>
    private const int MaxText = 32_000;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Which desk.</summary>
    public abstract PbxDesk Kind { get; }

    /// <summary>The desk, for errors. Never with anything secret.</summary>
    public string Target => $"{Kind} at {access}";

    /// <summary>True when it can be asked for tickets, commented and resolved.</summary>
    public virtual bool CanFollowUp => true;

    /// <summary>True when what was made is found at once, not when an index has caught up.</summary>
    public virtual bool FindsAtOnce => false;

    /// <summary>The field that the desk must have for the keys of calls, for an error.</summary>
    public virtual string KeyField => "";

    protected DeskAccess Access => access;

    /// <summary>Refuses at once what the desk would not take for want of something.</summary>
    /// <exception cref="PbxException">Something is missing.</exception>
    public virtual void Check()
    {
    }

    /// <summary>The tickets that know a call, the first one first.</summary>
    public virtual Task<IReadOnlyList<DeskTicket>> FindByCallAsync(TicketNote note, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DeskTicket>>([]);

    /// <summary>The tickets of a caller that are open, the first one first.</summary>
    public virtual Task<IReadOnlyList<DeskTicket>> FindOpenAsync(string callerKey, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<DeskTicket>>([]);

    /// <summary>Makes a ticket that carries the keys of call and caller.</summary>
    /// <exception cref="PbxException">The desk did not, or nobody knows.</exception>
    public abstract Task<DeskTicket> CreateAsync(TicketNote note, CancellationToken cancellationToken);

    /// <summary>Comments on a ticket, which carries the key of that call too from then on.</summary>
    public virtual Task CommentAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken) =>
        throw TicketFaults.CannotFollowUp(Target, "MergeFor");

    /// <summary>A ticket carries a call's key: sees to it that what belongs to it stands there, where the desk does not do both as a whole.</summary>
    public virtual Task FinishAsync(DeskTicket ticket, TicketNote note, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Resolves a ticket, and says why.</summary>
    public virtual Task ResolveAsync(DeskTicket ticket, string text, CancellationToken cancellationToken) =>
        throw TicketFaults.CannotFollowUp(Target, "ResolveWhenReached");

    /// <summary>What opens the desk.</summary>
    protected abstract IReadOnlyList<KeyValuePair<string, string>> MakeHeaders();

    protected static string SubjectOf(TicketNote note) => TextCut.Cut(note.Subject, MaxSubject);

    protected static string TextOf(TicketNote note) => note.KeyedText(MaxText);

    protected static string Escape(string text) => Uri.EscapeDataString(text);

    /// <summary>Sends one request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the desk's address, with its query; empty for the address itself.</param>
    /// <param name="doing">What is asked for, as in "make a ticket".</param>
    /// <param name="cancellationToken">Gives up at once.</param>
    /// <param name="body">The body; null for none.</param>
    /// <param name="headers">Headers beside those that open the desk.</param>
    /// <returns>The answer; null when there is nothing in it.</returns>
    /// <exception cref="PbxException">No answer, or no success.</exception>
    protected async Task<JsonNode?> SendAsync(
        string method, string path, string doing, CancellationToken cancellationToken, JsonNode? body = null, params KeyValuePair<string, string>[] headers)
    {
        var address = path.Length == 0 ? access.Address : new Uri($"{access.Address.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{path}");
        var answer = await http.SendAsync(
            new HttpCall(method, address)
            {
                Headers = [.. MakeHeaders(), new("Accept", "application/json"), .. headers],
                Body = body is null ? default : JsonSerializer.SerializeToUtf8Bytes(body, Plain),
            },
            cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
            throw TicketFaults.Refused(answer, Target, doing, access.Secret);
        if (answer.Body.IsEmpty)
            return null;
        try
        {
            return JsonNode.Parse(answer.Body.Span);
        }
        catch (JsonException)
        {
            // A success is one, whatever else is said; who needs the answer looks for what it must hold.
            return null;
        }
    }

    /// <summary>Reads what a successful answer has to hold.</summary>
    /// <exception cref="PbxException">It does not.</exception>
    protected T Read<T>(JsonNode? answer, string doing, Func<JsonNode, T?> read)
        where T : class
    {
        try
        {
            return (answer is null ? null : read(answer)) ?? throw TicketFaults.NoSense(Target, doing);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw TicketFaults.NoSense(Target, doing, e);
        }
    }

    /// <summary>A number or text as text; null for none.</summary>
    protected static string? Text(JsonNode? value) => value is JsonValue ? value.ToString() : null;

    /// <summary>The objects of an array.</summary>
    protected static IEnumerable<JsonObject> Objects(JsonNode? array) => (array as JsonArray ?? []).OfType<JsonObject>();

    protected static DateTimeOffset Time(JsonNode? value) =>
        DateTimeOffset.TryParse(Text(value), System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var time) ? time : default;
}
