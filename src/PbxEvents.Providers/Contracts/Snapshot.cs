namespace PbxEvents.Providers.Contracts;

/// <summary>The platform's present state as one look-up answered it.</summary>
/// <param name="Kind">What was asked for, in the platform's words, such as <c>call/query</c>.</param>
/// <param name="Payload">The answer as UTF-8 JSON; empty when the platform says there is no such thing.</param>
/// <param name="Key">What it was asked about, such as a call id; null for a list.</param>
internal readonly record struct Snapshot(string Kind, ReadOnlyMemory<byte> Payload, string? Key = null);
