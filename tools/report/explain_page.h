#pragma once
// The page of `hekla explain`: what a network sees in some images.

#include <hekla/io.h>

#include <string>
#include <vector>

#include "report.h"

namespace hekla::report {

struct CaptionedPicture {
    std::string name;           // of its file, without ".png"
    std::string caption, what;  // what: a sentence below it
    io::Image image;
};
/// One image and why it got its class.
struct ExplainedImage {
    std::string title;
    std::vector<CaptionedPicture> pictures;
};
struct ExplainInput {
    std::string title;
    std::vector<Fact> facts;
    std::vector<CaptionedPicture> filters;  // none where the first layer has none that can be shown
    std::vector<ExplainedImage> images;
};

/// Its sections alone, for another page; their classes are in the style sheet.
std::string explain_sections(const ExplainInput& input);
/// One self-contained HTML page, as the report of a training.
std::string explain_page(const ExplainInput& input);

}  // namespace hekla::report
