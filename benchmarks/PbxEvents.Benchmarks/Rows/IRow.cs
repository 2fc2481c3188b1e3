using PbxEvents.Benchmarks.Harness;
using PbxEvents.Benchmarks.Report;

namespace PbxEvents.Benchmarks.Rows;

/// <summary>A row of the table in the results.</summary>
internal interface IRow
{
    /// <summary>A short name for <c>--row</c>.</summary>
    string Name { get; }

    /// <summary>Measures it.</summary>
    Task<IReadOnlyList<Section>> MeasureAsync(Setup setup);
}
