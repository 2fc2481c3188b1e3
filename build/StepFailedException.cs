namespace PbxEvents.Build;

/// <summary>A step failed and the task cannot go on. The details have been printed.</summary>
internal sealed class StepFailedException(string message) : Exception(message);
