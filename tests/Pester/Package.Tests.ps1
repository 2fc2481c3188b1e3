BeforeDiscovery {
    $hasGet = [bool](Get-Module -ListAvailable Microsoft.PowerShell.PSResourceGet)
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    $built = Split-Path $ModulePath
    $manifest = Import-PowerShellDataFile $ModulePath
    $package = Get-Item "$built/../packages/PbxEvents.$($manifest.ModuleVersion).nupkg"

    # Runs lines in a fresh process that knows no module path but the given one, and gives what they write.
    function Invoke-Fresh {
        param([string] $ModuleFolder, [string] $Line)

        $start = [System.Diagnostics.ProcessStartInfo]::new($Pwsh)
        '-NoProfile', '-NoLogo', '-NonInteractive', '-Command', "`$env:PSModulePath = '$ModuleFolder'; $Line" |
            ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $start.Environment['NO_COLOR'] = '1'
        $process = [System.Diagnostics.Process]::Start($start)
        $errors = $process.StandardError.ReadToEndAsync()
        $text = $process.StandardOutput.ReadToEnd()
        $process.WaitForExit(1000 * $Patience) | Should -BeTrue
        $errors.Result | Should -BeNullOrEmpty
        $text -split '\r?\n' | Where-Object { $_ }
    }
}

Describe 'The package' {
    BeforeAll {
        $archive = [System.IO.Compression.ZipFile]::OpenRead($package)
        $reader = [System.IO.StreamReader]::new($archive.GetEntry('PbxEvents.nuspec').Open())
        $about = ([xml]$reader.ReadToEnd()).package.metadata
        $reader.Dispose()
    }

    AfterAll {
        $archive.Dispose()
    }

    It 'says of the module what its manifest says' {
        $data = $manifest.PrivateData.PSData
        $about.id | Should -Be 'PbxEvents'
        $about.version | Should -Be $manifest.ModuleVersion
        $about.authors | Should -Be $manifest.Author
        $about.description | Should -Be $manifest.Description
        $about.copyright | Should -Be $manifest.Copyright
        $about.licenseUrl | Should -Be $data.LicenseUri
        $about.releaseNotes | Should -Be $data.ReleaseNotes
        $tags = $about.tags -split ' '
        $tags | Should -Contain 'PSEdition_Core'
        ($tags -like 'PSCmdlet_*').Count | Should -Be $manifest.CmdletsToExport.Count
        $data.Tags + $manifest.CmdletsToExport.ForEach({ "PSCmdlet_$_" }) | Where-Object { $_ -notin $tags } | Should -BeNullOrEmpty
    }

    It 'holds the built module, file by file' {
        $own = 'PbxEvents.nuspec', '[Content_Types].xml'
        $inside = $archive.Entries.FullName.Where({ $_ -notin $own -and $_ -notmatch '^(_rels|package)/' })
        $files = Get-ChildItem $built -Recurse -File | ForEach-Object { [System.IO.Path]::GetRelativePath($built, $_).Replace('\', '/') }
        $inside | Sort-Object | Should -Be ($files | Sort-Object)
    }

    It 'has what a gallery wants to know' {
        $manifest.PowerShellVersion | Should -Be '7.6'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.Guid | Should -Not -BeNullOrEmpty
        $manifest.PrivateData.PSData.Tags.Count | Should -BeGreaterThan 3
    }
}

Describe 'A gallery' -Skip:(-not $hasGet) {
    BeforeAll {
        Import-Module Microsoft.PowerShell.PSResourceGet
        $repository = "PbxEvents-test-$PID"
        $shelf = (New-Item -ItemType Directory "$TestDrive/shelf").FullName
        $modules = (New-Item -ItemType Directory "$TestDrive/modules").FullName
        Register-PSResourceRepository -Name $repository -Uri $shelf -Trusted
    }

    AfterAll {
        Unregister-PSResourceRepository -Name $repository
    }

    It 'takes the package, and gives it to who installs the module' {
        Publish-PSResource -NupkgPath $package -Repository $repository
        $found = Find-PSResource PbxEvents -Repository $repository
        "$($found.Version)" | Should -Be $manifest.ModuleVersion
        Save-PSResource PbxEvents -Repository $repository -Path $modules -TrustRepository
        "$modules/PbxEvents/$($manifest.ModuleVersion)/PbxEvents.psd1" | Should -Exist
    }

    It 'gives what works in a fresh process that has nothing else' {
        $names = Invoke-Fresh $modules 'Import-Module PbxEvents; (Get-Command -Module PbxEvents).Name; (Get-Module PbxEvents).Path'
        $names[-1] | Should -BeLike "$modules*"
        $names[0..($names.Count - 2)] | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)

        # Help, a view, a topic and a call, without an import: the commands are found by name.
        $lines = Invoke-Fresh $modules @'
(Get-Help Connect-PbxEvents).Synopsis.Length -gt 20
@((Get-Help Connect-PbxEvents).examples.example).Count -ge 3
(Get-Help about_PbxEvents) -like '# about_PbxEvents*'
$pbx = Start-PbxSimulator Yeastar
$pbx | Connect-PbxEvents | Out-String | ForEach-Object { $_ -match 'Received +LastFrame' }
$null = Register-PbxSubscription Call
$null = Invoke-PbxSimulation Missed -NoWait
(Wait-PbxCall -Outcome Missed -Timeout 60).Outcome
Disconnect-PbxEvents
'@
        $lines | Should -Be 'True', 'True', 'True', 'True', 'Missed'
    }
    It 'leads from the page to a ticket, typed as it is printed' {
        $readme = (Get-Content "$PSScriptRoot/../../README.md" -Raw).Replace("`r", '')
        $readme | Should -BeLike '*Install-PSResource PbxEvents -Repository*## Five minutes*Import-Module PbxEvents*'
        $first, $last = $readme.IndexOf("`n## Five minutes"), $readme.IndexOf("`n## With your PBX")
        $blocks = [regex]::Matches($readme.Substring($first, $last - $first), '(?ms)^```powershell\n(.*?)\n```').ForEach({ $_.Groups[1].Value })
        $line = "Set-Location '$TestDrive'; " + ($blocks -join "`n").Replace('Import-Module ./out/PbxEvents', 'Import-Module PbxEvents')
        $said = (Invoke-Fresh $modules $line) -join "`n"
        $said | Should -Match '1001 did not answer'
        $said | Should -Match 'title +: Missed call from .*\+4511111111'
        @(Get-PbxReaction tickets -Journal "$TestDrive/out/pbx.db").Done | Should -Be 1
    }
}
