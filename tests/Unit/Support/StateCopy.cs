using System.Text.Json;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>
/// State files as a killed process leaves them: what is in the file at that moment is all that is left of it, whatever the client that
/// wrote it does afterwards.
/// </summary>
internal sealed class StateCopy : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pbxevents-restart").FullName;
    private int _kills;

    public StateCopy() => Current = Path.Combine(_folder, "0.json");

    /// <summary>The file for the client that runs, or is to be started next.</summary>
    public string Current { get; private set; }

    /// <summary>Up to when everything was told by what the file of the last kill says: ends before it need not be known by their ids.</summary>
    public DateTimeOffset WholeUntil => JsonDocument.Parse(File.ReadAllBytes(Current)).RootElement.GetProperty("wholeUntil").GetDateTimeOffset();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The process is killed now.</summary>
    /// <returns>The ids of the calls that its file says were told as ended.</returns>
    public HashSet<string> Kill()
    {
        var next = Path.Combine(_folder, $"{++_kills}.json");
        File.Copy(Current, next);
        Current = next;
        return [.. Ids("told", "id")];
    }

    /// <summary>Waits until the file says what is expected.</summary>
    public async Task UntilAsync(Func<StateCopy, bool> isSo)
    {
        for (var i = 0; i < 1500; i++)
        {
            if (File.Exists(Current) && isSo(this))
                return;
            await Task.Delay(20);
        }
        throw new InvalidOperationException($"The file did not come to that: {(File.Exists(Current) ? File.ReadAllText(Current) : "there is none")}");
    }

    public bool HasOpen(string callId) => Ids("open", "callId").Contains(callId);

    public bool HasTold(string callId) => Ids("told", "id").Contains(callId);

    private IEnumerable<string> Ids(string list, string id) =>
        JsonDocument.Parse(File.ReadAllBytes(Current)).RootElement.GetProperty(list).EnumerateArray().Select(c => c.GetProperty(id).GetString()!);
}
