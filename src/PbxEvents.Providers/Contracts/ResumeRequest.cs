namespace PbxEvents.Providers.Contracts;

/// <summary>What a session wants the next link to go on with. Each platform that can has its own. Immutable.</summary>
internal abstract record ResumeRequest;
