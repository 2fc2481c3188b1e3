BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $hasAnalyzer = [bool](Get-Module -ListAvailable PSScriptAnalyzer)
    $folders = '', 'benchmarks', 'build/Tasks', 'examples', 'module', 'tests/Pester'
    $scripts = foreach ($file in Get-ChildItem ($folders | ForEach-Object { "$root/$_/*" }) -Include *.ps1, *.psm1) {
        @{ Script = [System.IO.Path]::GetRelativePath($root, $file.FullName).Replace('\', '/') }
    }
    # A page's code as one script: what a reader types from its top to its end.
    $pages = foreach ($file in Get-ChildItem "$root/README.md", "$root/docs/en-US/*.md") {
        $text = Get-Content $file -Raw
        $fenced = [regex]::Matches($text, '(?ms)^```powershell\n(.*?)\n```').ForEach({ $_.Groups[1].Value })
        $indented = if ($file.Name -like 'about_*') { [regex]::Matches($text, '(?m)^ {4}([^\n]*)').ForEach({ $_.Groups[1].Value }) }
        @{ Page = $file.Name; Code = (@($fenced) + @($indented)) -join "`n" }
    }
}

BeforeAll {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")

    function Get-Finding {
        param([hashtable] $What)

        Invoke-ScriptAnalyzer @What | ForEach-Object { "$($_.Line): $($_.RuleName) $($_.Message)" }
    }
}

Describe 'PSScriptAnalyzer' -Skip:(-not $hasAnalyzer) {
    It 'looks at every script of the repository' {
        $all = Get-ChildItem $root -Recurse -Include *.ps1, *.psm1 | Where-Object FullName -NotMatch '[\\/](out|bin|obj|node_modules)[\\/]'
        $all.Count | Should -Be $scripts.Count
    } -TestCases @{ scripts = $scripts }

    It 'finds nothing in <Script>' -ForEach $scripts {
        $settings = $Script -like 'tests/*' ? 'tests/Pester/PSScriptAnalyzerSettings.psd1' : 'PSScriptAnalyzerSettings.psd1'
        Get-Finding @{ Path = "$root/$Script"; Settings = "$root/$settings" } | Should -BeNullOrEmpty
    }

    It 'finds nothing in the code of <Page>' -ForEach $pages.Where({ $_.Code }) {
        Get-Finding @{ ScriptDefinition = $Code } | Should -BeNullOrEmpty
    }
}
