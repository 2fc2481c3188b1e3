namespace PbxEvents.Benchmarks.Report;

/// <summary>An aim of a row, and what became of it.</summary>
/// <param name="Text">The aim.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="IsMet">Whether it is met.</param>
/// <param name="WhyNot">The reason, as profiling found it; shown only when it is not met.</param>
internal sealed record Aim(string Text, string Measured, bool IsMet, string? WhyNot = null);
