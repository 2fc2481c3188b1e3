namespace PbxEvents.Tests.Unit.Evidence;

/// <summary>Tests that measure the whole process: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
