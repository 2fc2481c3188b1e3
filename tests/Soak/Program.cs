using System.Globalization;
using PbxEvents.Soak;
using PbxEvents.Tests.Unit.Evidence;

if (args is [ClientProcess.Word])
    return await ClientProcess.RunAsync();
if (SoakOptions.Read(args) is not { } options)
{
    Console.Error.WriteLine("usage: ./build.sh soak [--minutes N] [--platform NAME] [--seed N]");
    Console.Error.WriteLine($"  --minutes   how long it runs; default {SoakOptions.DefaultMinutes}");
    Console.Error.WriteLine($"  --platform  one of {string.Join(", ", ChaosPlatform.All)}; default all, in turn");
    Console.Error.WriteLine("  --seed      runs each platform once more with the seed of a run that failed");
    return 2;
}

var figures = new SoakFigures(options);
var violations = await new SoakRun(options, figures).RunAsync();
var report = figures.Report();
Console.WriteLine();
Console.WriteLine(report);
if (options.Output is { } path)
{
    Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    await File.WriteAllTextAsync(path, report);
    Console.WriteLine($"The figures are in {path}.");
}
Console.WriteLine(violations.Count == 0 ? "Nothing was lost in silence, nothing came twice, nothing was left over."
    : $"{violations.Count.ToString(CultureInfo.InvariantCulture)} violations; run one again with: {string.Join("  or  ", violations.Distinct().Take(5))}");
return violations.Count == 0 ? 0 : 1;
