BeforeDiscovery {
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $hasAnalyzer = [bool](Get-Module -ListAvailable PSScriptAnalyzer)
    $made = '(^|/)(out|bin|obj|node_modules)/'
    $scripts = Get-ChildItem $root -Recurse -Include *.ps1, *.psm1 |
        ForEach-Object { @{ Script = [System.IO.Path]::GetRelativePath($root, $_.FullName).Replace('\', '/') } } |
        Where-Object Script -NotMatch $made
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

Describe 'PSScriptAnalyzer' {
    # It is not to be had as a package. Where it is missing, one test says so in the place of all.
    if (-not $hasAnalyzer) {
        It 'finds nothing in scripts and pages' {
            Set-ItResult -Skipped -Because 'the module PSScriptAnalyzer is not here'
        }
        return
    }

    It 'finds nothing in <Script>' -ForEach $scripts {
        $settings = $Script -like 'tests/*' ? 'tests/Pester/PSScriptAnalyzerSettings.psd1' : 'PSScriptAnalyzerSettings.psd1'
        Get-Finding @{ Path = "$root/$Script"; Settings = "$root/$settings" } | Should -BeNullOrEmpty
    }

    It 'finds nothing in the code of <Page>' -ForEach $pages.Where({ $_.Code }) {
        Get-Finding @{ ScriptDefinition = $Code } | Should -BeNullOrEmpty
    }
}
