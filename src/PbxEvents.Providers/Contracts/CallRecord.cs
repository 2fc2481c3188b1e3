namespace PbxEvents.Providers.Contracts;

/// <summary>One call as the platform's call records tell it afterwards: all its rows in one.</summary>
/// <param name="Update">
/// What became of it, with <see cref="CallUpdate.IsEnd"/>, its outcome and its times; its id is the one that live events give the call,
/// by the platform's id rule. Not shared with another record.
/// </param>
/// <param name="EndedAt">When its last leg ended.</param>
/// <param name="Payload">The rows it was made from, as UTF-8 JSON.</param>
internal sealed record CallRecord(CallUpdate Update, DateTimeOffset EndedAt, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Other ids that a live client may know this call by, when it saw only a part of it.</summary>
    public IReadOnlyList<string> OtherIds { get; init; } = [];
}
