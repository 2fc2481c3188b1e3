using System.Runtime.CompilerServices;

namespace PbxEvents.Tests.Unit.Support;

/// <summary>Tests read faults in the words of PowerShell, as most users do.</summary>
internal static class OptionWordsOfTests
{
    [ModuleInitializer]
    public static void Set() => OptionWords.Word = name => $"-{name}";
}
